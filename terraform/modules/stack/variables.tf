variable "name" {
  description = "Name of the stack: everything in it is named after it."
  type        = string
  validation {
    # Bucket names have 63 characters: name, purpose, account and region.
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits or -, a letter first, no - at the end. Given: \"${var.name}\"."
  }
}

variable "packages_dir" {
  description = "Folder of the built zips: dispatcher.zip and reporter.zip, and with the example prepare.zip, process.zip, publish.zip and reduce.zip."
  type        = string
  validation {
    condition     = alltrue([for name in local.zips : fileexists("${var.packages_dir}/${name}.zip")])
    error_message = "packages_dir must hold ${join(", ", [for name in local.zips : "${name}.zip"])}: run \"make zip\". Given: \"${var.packages_dir}\"."
  }
}

variable "example" {
  description = "The example: functions prepare, process, publish and reduce, one state machine for each backend, and one that fans out to jobs on fan_out_backend, so many at once. null: no example."
  type = object({
    fan_out_backend         = optional(string, "lambda")
    fan_out_max_concurrency = optional(number, 10)
  })
  default = null
  validation {
    condition     = var.example == null ? true : contains(concat(["lambda"], local.container_backends), var.example.fan_out_backend)
    error_message = "example.fan_out_backend must be a backend of the stack: ${join(", ", concat(["lambda"], local.container_backends))}. Given: \"${try(var.example.fan_out_backend, "null")}\"."
  }
  validation {
    # Step Functions runs no more than 40 at once in a Map of this kind.
    condition     = var.example == null ? true : var.example.fan_out_max_concurrency >= 1 && var.example.fan_out_max_concurrency <= 40 && floor(var.example.fan_out_max_concurrency) == var.example.fan_out_max_concurrency
    error_message = "example.fan_out_max_concurrency must be a whole number from 1 to 40. Given: ${try(var.example.fan_out_max_concurrency, "null")}."
  }
}

variable "lambda_activities" {
  description = "Your functions behind activities, by a name of yours: the activity is NAME-KEY. role_name: the function's role, to attach the worker's policy to; null if you attach it (output worker_policy_json)."
  type = map(object({
    function_arn      = string
    role_name         = optional(string)
    heartbeat_seconds = optional(number, 180)
    timeout_seconds   = optional(number, 3600)
    allowed_overrides = optional(list(string), [])
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for key in keys(var.lambda_activities) : can(regex("^[a-zA-Z0-9_-]{1,30}$", key)) && !contains(["lambda", "fargate", "batch", "sagemaker"], key)])
    error_message = "lambda_activities must have keys of 1 to 30 letters, digits, - or _, and not lambda, fargate, batch or sagemaker, which are the backends'. Given: ${join(", ", keys(var.lambda_activities))}."
  }
  validation {
    condition     = alltrue([for activity in var.lambda_activities : activity.heartbeat_seconds >= 1 && activity.heartbeat_seconds < activity.timeout_seconds])
    error_message = "lambda_activities must have heartbeat_seconds from 1 and below timeout_seconds. Given: ${join(", ", [for key, activity in var.lambda_activities : "${key}: ${activity.heartbeat_seconds} and ${activity.timeout_seconds}"])}."
  }
  validation {
    condition     = length(var.lambda_activities) > 0 || var.example != null || var.fargate != null || var.batch != null
    error_message = "lambda_activities must hold at least one activity when there are no example, fargate and batch. Given: none."
  }
}

variable "payload_retention_days" {
  description = "How long large inputs and outputs are kept, in days. null: until somebody deletes them."
  type        = number
  default     = 30
  validation {
    condition     = var.payload_retention_days == null ? true : var.payload_retention_days >= 1 && floor(var.payload_retention_days) == var.payload_retention_days
    error_message = "payload_retention_days must be null or a whole number from 1. Given: ${var.payload_retention_days == null ? "null" : var.payload_retention_days}."
  }
}

variable "force_destroy" {
  description = "Whether destroying the stack deletes the buckets' contents too. Without it a bucket that is not empty stays."
  type        = bool
  default     = false
  nullable    = false
}

variable "deletion_protection" {
  description = "Whether the task table refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "Customer key for buckets, task table, logs and environment variables. Its key policy must allow CloudWatch Logs. null: AWS's own keys."
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept, in days: a period CloudWatch Logs offers."
  type        = number
  default     = 30
  nullable    = false
}

variable "alarm_actions" {
  description = "What an alarm notifies: ARNs, of SNS topics for example."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "max_dispatchers" {
  description = "How many invocations of the dispatcher run at once at most; each handles up to 10 requests."
  type        = number
  default     = 20
  nullable    = false
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
