variable "hyperparameters" {
  description = "Hyperparameters of every job; a task's input may change them and add more."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = length(var.hyperparameters) <= 100 && alltrue([for name, value in var.hyperparameters : length(name) <= 256 && length(value) <= 2500])
    error_message = "hyperparameters must have at most 100 entries, with names of up to 256 and values of up to 2,500 characters. Given: ${join(", ", keys(var.hyperparameters))}."
  }
}

variable "metrics" {
  description = <<-EOT
    Regular expressions, by metric, that find a metric's value in the log; each has one group. The job's output has
    the last values.
  EOT
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = length(var.metrics) <= 40 && alltrue([for name, regex in var.metrics : can(regex("\\(", regex)) && length(regex) <= 500])
    error_message = "metrics must have at most 40 regular expressions, each with a group and up to 500 characters. Given: ${join(", ", keys(var.metrics))}."
  }
}

variable "network" {
  description = <<-EOT
    Network of the jobs.

    - `subnets`, `security_groups`: IDs of your own. []: SageMaker's own network.
    - `isolated`: whether to cut the container off from the network; it then gets at S3 only through SageMaker.
  EOT
  type = object({
    subnets         = optional(list(string), [])
    security_groups = optional(list(string), [])
    isolated        = optional(bool, false)
  })
  default  = {}
  nullable = false
  validation {
    condition     = (length(var.network.subnets) > 0) == (length(var.network.security_groups) > 0) && length(var.network.subnets) <= 16 && length(var.network.security_groups) <= 5
    error_message = "network must have up to 16 subnets and up to 5 security_groups, or neither. Given: ${length(var.network.subnets)} and ${length(var.network.security_groups)}."
  }
}

variable "policies" {
  description = "Further permissions of the job: policy documents in JSON, by name."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = !contains(keys(var.policies), "training")
    error_message = "policies must not use the name training, which is taken by the module's own policy. Given: ${join(", ", keys(var.policies))}."
  }
  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement. Invalid: ${join(", ", [for name, policy in var.policies : name if !can(jsondecode(policy).Statement)])}."
  }
}

variable "repository_arns" {
  description = "ARNs of the ECR repositories that hold the image. []: a public image."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.repository_arns : can(regex("^arn:[^:]+:ecr:[^:]+:[0-9]{12}:repository/[^*]+$", arn))])
    error_message = "repository_arns must be arn:aws:ecr:REGION:ACCOUNT:repository/NAME. Given: ${join(", ", var.repository_arns)}."
  }
}

variable "kms_key_arn" {
  description = "ARN of a customer managed key for models, and for volumes with instances.encrypt_volume. null: AWS's own keys."
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "tags" {
  description = "Tags for every resource and every job."
  type        = map(string)
  default     = {}
  nullable    = false
}
