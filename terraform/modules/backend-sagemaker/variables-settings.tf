variable "settings" {
  description = <<-EOT
    What trains, and where.

    - `container`: `image`: your own, or that of a built-in algorithm (data source `aws_sagemaker_prebuilt_ecr_image`);
      `entrypoint`, `arguments`: null: SageMaker starts the image as `IMAGE train`; `environment`.
    - `instances`: `type`, `count`, `volume_gb` (disk of each); `spot`: whether to use managed Spot training, which resumes from
      the last checkpoint after an interruption; `encrypt_volume`: whether to encrypt the disk with the stack's key, not for types
      with a local NVMe disk, which AWS encrypts itself.
    - `hyperparameters`: of every job; a task's input may change them and add more.
    - `metrics`: regular expressions, by metric, that find a metric's value in the log; each has one group. The job's output has
      the last values.
    - `storage`: S3 URIs; a task's input may name other places below these. `output_s3_uri`: where models go;
      `checkpoint_s3_uri`: where checkpoints are kept (null: models/ and checkpoints/ of the stack's bucket); `input_s3_uris`:
      input channels of every job, by name.
    - `network`: `subnets`, `security_groups`: IDs of your own ([]: SageMaker's own network); `isolated`: whether to cut the
      container off from the network; it then gets at S3 only through SageMaker.
    - `job_timeout_seconds`: limit of the training itself, in seconds. null: the activity's.
    - `max_wait_seconds`: limit of training and waiting for instances together; Spot only. null: twice the training's.
    - `policies`: further permissions of the job: policy documents in JSON, by name.
    - `repository_arns`: ECR repositories that hold the image. []: a public image. `tags`: besides the stack's.
  EOT
  type = object({
    container = object({
      image       = string
      entrypoint  = optional(list(string))
      arguments   = optional(list(string))
      environment = optional(map(string), {})
    })
    instances = optional(object({
      type           = optional(string, "ml.m7i.xlarge")
      count          = optional(number, 1)
      volume_gb      = optional(number, 30)
      spot           = optional(bool, false)
      encrypt_volume = optional(bool, false)
    }), {})
    hyperparameters = optional(map(string), {})
    metrics         = optional(map(string), {})
    storage = optional(object({
      output_s3_uri     = optional(string)
      checkpoint_s3_uri = optional(string)
      input_s3_uris     = optional(map(string), {})
    }), {})
    network = optional(object({
      subnets         = optional(list(string), [])
      security_groups = optional(list(string), [])
      isolated        = optional(bool, false)
    }), {})
    job_timeout_seconds = optional(number)
    max_wait_seconds    = optional(number)
    policies            = optional(map(string), {})
    repository_arns     = optional(list(string), [])
    tags                = optional(map(string), {})
  })
  validation {
    condition     = can(regex("^[^[:space:]]{1,255}$", var.settings.container.image))
    error_message = "container.image must be an image name of 1 to 255 characters without spaces. Given: \"${var.settings.container.image}\"."
  }
  validation {
    condition     = alltrue([for name, value in var.settings.container.environment : can(regex("^[a-zA-Z_][a-zA-Z0-9_]*$", name)) && length(value) <= 512 && name != "TASK_ID"])
    error_message = "container.environment must have names of letters, digits and _ other than TASK_ID, and values of up to 512 characters. Given: ${join(", ", keys(var.settings.container.environment))}."
  }
  validation {
    condition     = can(regex("^ml\\.[a-z0-9-]+\\.[a-z0-9-]+$", var.settings.instances.type))
    error_message = "instances.type must be a SageMaker instance type, such as ml.g5.xlarge. Given: \"${var.settings.instances.type}\"."
  }
  validation {
    condition     = alltrue([for number in [var.settings.instances.count, var.settings.instances.volume_gb] : number >= 1 && floor(number) == number])
    error_message = "instances.count and instances.volume_gb must be whole numbers of at least 1. Given: ${var.settings.instances.count} and ${var.settings.instances.volume_gb}."
  }
  validation {
    condition     = length(var.settings.hyperparameters) <= 100 && alltrue([for name, value in var.settings.hyperparameters : length(name) <= 256 && length(value) <= 2500])
    error_message = "hyperparameters must have at most 100 entries, with names of up to 256 and values of up to 2,500 characters. Given: ${join(", ", keys(var.settings.hyperparameters))}."
  }
  validation {
    condition     = length(var.settings.metrics) <= 40 && alltrue([for name, regex in var.settings.metrics : can(regex("\\(", regex)) && length(regex) <= 500])
    error_message = "metrics must have at most 40 regular expressions, each with a group and up to 500 characters. Given: ${join(", ", keys(var.settings.metrics))}."
  }
  validation {
    condition     = alltrue([for uri in compact(concat([var.settings.storage.output_s3_uri, var.settings.storage.checkpoint_s3_uri], values(var.settings.storage.input_s3_uris))) : can(regex("^s3://[a-z0-9.-]{3,63}(/[^*?]*)?$", uri))])
    error_message = "storage must hold S3 URIs, s3://BUCKET/PREFIX. Given: ${jsonencode(var.settings.storage)}."
  }
  validation {
    condition     = alltrue([for name in keys(var.settings.storage.input_s3_uris) : can(regex("^[A-Za-z0-9._-]{1,64}$", name))])
    error_message = "storage.input_s3_uris must have channel names of 1 to 64 letters, digits, ., - or _. Given: ${join(", ", keys(var.settings.storage.input_s3_uris))}."
  }
  validation {
    condition     = (length(var.settings.network.subnets) > 0) == (length(var.settings.network.security_groups) > 0) && length(var.settings.network.subnets) <= 16 && length(var.settings.network.security_groups) <= 5
    error_message = "network must have up to 16 subnets and up to 5 security_groups, or neither. Given: ${length(var.settings.network.subnets)} and ${length(var.settings.network.security_groups)}."
  }
  validation {
    condition     = !contains(keys(var.settings.policies), "training") && alltrue([for policy in values(var.settings.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement, and none called training, as the module's own. Given: ${join(", ", keys(var.settings.policies))}."
  }
  validation {
    condition     = alltrue([for arn in var.settings.repository_arns : can(regex("^arn:[^:]+:ecr:[^:]+:[0-9]{12}:repository/[^*]+$", arn))])
    error_message = "repository_arns must be arn:aws:ecr:REGION:ACCOUNT:repository/NAME. Given: ${join(", ", var.settings.repository_arns)}."
  }
}
