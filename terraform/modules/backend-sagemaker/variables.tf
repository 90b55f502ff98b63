variable "name" {
  description = "Name of the backend; its role is named after it."
  type        = string
  validation {
    # A role name has at most 64 characters; "-training" takes 9.
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9_-]{2,54}$", var.name))
    error_message = "name must be 3 to 55 letters, digits, - or _, starting with a letter or digit. Given: \"${var.name}\"."
  }
}

variable "container" {
  description = <<-EOT
    What runs.

    - `image`: your own image, or that of a built-in algorithm (data source `aws_sagemaker_prebuilt_ecr_image`).
    - `entrypoint`, `arguments`: null: SageMaker starts the image as `IMAGE train`.
    - `environment`: environment variables.
  EOT
  type = object({
    image       = string
    entrypoint  = optional(list(string))
    arguments   = optional(list(string))
    environment = optional(map(string), {})
  })
  validation {
    condition     = can(regex("^[^[:space:]]{1,255}$", var.container.image))
    error_message = "container.image must be an image name of 1 to 255 characters without spaces. Given: \"${var.container.image}\"."
  }
  validation {
    condition     = alltrue([for name, value in var.container.environment : can(regex("^[a-zA-Z_][a-zA-Z0-9_]*$", name)) && length(value) <= 512 && name != "TASK_ID"])
    error_message = "container.environment must have names of letters, digits and _ other than TASK_ID, and values of up to 512 characters. Given: ${join(", ", keys(var.container.environment))}."
  }
}

variable "instances" {
  description = <<-EOT
    What a job runs on.

    - `type`: instance type.
    - `count`: number of instances.
    - `volume_gb`: disk of each instance, in GB.
    - `spot`: whether to use managed Spot training, which resumes from the last checkpoint after an interruption.
    - `encrypt_volume`: whether to encrypt the disk with `kms_key_arn`. Not for types with a local NVMe disk, which
      AWS encrypts itself.
  EOT
  type = object({
    type           = optional(string, "ml.m7i.xlarge")
    count          = optional(number, 1)
    volume_gb      = optional(number, 30)
    spot           = optional(bool, false)
    encrypt_volume = optional(bool, false)
  })
  default  = {}
  nullable = false
  validation {
    condition     = can(regex("^ml\\.[a-z0-9-]+\\.[a-z0-9-]+$", var.instances.type))
    error_message = "instances.type must be a SageMaker instance type, such as ml.g5.xlarge. Given: \"${var.instances.type}\"."
  }
  validation {
    condition     = alltrue([for number in [var.instances.count, var.instances.volume_gb] : number >= 1 && floor(number) == number])
    error_message = "instances.count and instances.volume_gb must be whole numbers of at least 1. Given: ${var.instances.count} and ${var.instances.volume_gb}."
  }
}

variable "limits" {
  description = <<-EOT
    How long a job may take.

    - `timeout_seconds`: limit of the training itself, in seconds.
    - `max_wait_seconds`: limit of training and waiting for instances together, in seconds; Spot only. null: twice
      `timeout_seconds`.
  EOT
  type = object({
    timeout_seconds  = optional(number, 3600)
    max_wait_seconds = optional(number)
  })
  default  = {}
  nullable = false
  validation {
    # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
    condition     = var.limits.timeout_seconds >= 1 && var.limits.timeout_seconds <= 2419200 && floor(var.limits.timeout_seconds) == var.limits.timeout_seconds
    error_message = "limits.timeout_seconds must be a whole number from 1 to 2,419,200, which is 28 days. Given: ${var.limits.timeout_seconds}."
  }
  validation {
    condition     = var.limits.max_wait_seconds == null ? true : var.instances.spot && var.limits.max_wait_seconds >= var.limits.timeout_seconds
    error_message = "limits.max_wait_seconds must be null or, with instances.spot, at least limits.timeout_seconds. Given: ${coalesce(var.limits.max_wait_seconds, 0)}."
  }
}

variable "storage" {
  description = <<-EOT
    S3 URIs. A task's input may name other places below these.

    - `output_s3_uri`: where models go.
    - `checkpoint_s3_uri`: where checkpoints are kept.
    - `input_s3_uris`: input channels of every job, by name.
  EOT
  type = object({
    output_s3_uri     = string
    checkpoint_s3_uri = string
    input_s3_uris     = optional(map(string), {})
  })
  validation {
    condition     = alltrue([for uri in concat([var.storage.output_s3_uri, var.storage.checkpoint_s3_uri], values(var.storage.input_s3_uris)) : can(regex("^s3://[a-z0-9.-]{3,63}(/[^*?]*)?$", uri))])
    error_message = "storage must hold S3 URIs, s3://BUCKET/PREFIX. Given: ${join(", ", concat([var.storage.output_s3_uri, var.storage.checkpoint_s3_uri], values(var.storage.input_s3_uris)))}."
  }
  validation {
    condition     = alltrue([for name in keys(var.storage.input_s3_uris) : can(regex("^[A-Za-z0-9._-]{1,64}$", name))])
    error_message = "storage.input_s3_uris must have channel names of 1 to 64 letters, digits, ., - or _. Given: ${join(", ", keys(var.storage.input_s3_uris))}."
  }
}
