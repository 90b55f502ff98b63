variable "dispatch" {
  description = <<-EOT
    Settings of the dispatcher, as in module dispatcher.

    - `max_dispatchers`, `missed_task_poll_minutes`: of the stack.
    - `reserved_concurrency`: of the stack's functions, from the account's; `{ enabled = false }` reserves nothing.
    - `state_machine_arns`, `log_group_names`: of your own state machines that use activities of the stack.
  EOT
  type = object({
    max_dispatchers          = optional(number)
    missed_task_poll_minutes = optional(number)
    state_machine_arns       = optional(list(string), [])
    log_group_names          = optional(list(string), [])
    reserved_concurrency = optional(object({
      enabled    = optional(bool)
      reporter   = optional(number)
      reconciler = optional(number)
    }), {})
  })
  default  = {}
  nullable = false
}

variable "data" {
  description = <<-EOT
    What the stack keeps.

    - `payload_retention_days`: how long to keep large inputs and outputs, in days.
    - `keep_payloads`: whether to keep them until somebody deletes them.
    - `force_destroy`: whether destroying the stack deletes the contents of its buckets too. If not, a bucket that
      is not empty stays.
    - `deletion_protection`: whether the task table refuses to be deleted.
    - `kms_key_arn`: ARN of a customer managed key for buckets, task table, logs and environment variables; its key
      policy must allow CloudWatch Logs. null: AWS's own keys.
  EOT
  type = object({
    payload_retention_days = optional(number, 30)
    keep_payloads          = optional(bool, false)
    force_destroy          = optional(bool, false)
    deletion_protection    = optional(bool, true)
    kms_key_arn            = optional(string)
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.data.payload_retention_days >= 1 && floor(var.data.payload_retention_days) == var.data.payload_retention_days
    error_message = "data.payload_retention_days must be a whole number of at least 1. Given: ${var.data.payload_retention_days}."
  }
  validation {
    condition     = var.data.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.data.kms_key_arn))
    error_message = "data.kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.data.kms_key_arn, "null")}\"."
  }
}

variable "log_retention_days" {
  description = "How long to keep logs, in days: a period that CloudWatch Logs offers."
  type        = number
  default     = 30
  nullable    = false
}

variable "watching" {
  description = <<-EOT
    How the stack is watched.

    - `dashboard`: whether to create module dashboard.
    - `overdue_minutes`, `max_dispatch_errors`: what its alarms tolerate, as in module dashboard.
    - `alarm_actions`: ARNs that every alarm of the stack notifies, such as SNS topics.
    - `tracing`: whether X-Ray traces a share of what the stack's functions and state machines do.
    - `services`: where jobs are watched and stopped, as in module dispatcher.
  EOT
  type = object({
    dashboard           = optional(bool, true)
    overdue_minutes     = optional(number)
    max_dispatch_errors = optional(number)
    alarm_actions       = optional(list(string), [])
    tracing             = optional(bool)
    services            = optional(set(string), ["ecs", "batch", "sagemaker"])
  })
  default  = {}
  nullable = false
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
