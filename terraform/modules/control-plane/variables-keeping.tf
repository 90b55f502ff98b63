variable "data" {
  description = <<-EOT
    What the stack keeps.

    - `task_retention_days`: how long the task table keeps a settled task, in days.
    - `payload_retention_days`: how long to keep large inputs and outputs, in days.
    - `keep_payloads`: whether to keep them until somebody deletes them.
    - `force_destroy`: whether destroying the stack deletes the contents of its buckets too. If not, a bucket that
      is not empty stays.
    - `deletion_protection`: whether the task table refuses to be deleted.
    - `kms_key_arn`: ARN of a customer managed key for buckets, task table, logs and environment variables; its key
      policy must allow CloudWatch Logs. null: AWS's own keys.
    - `table_kms_key_arn`: another one for the task table. null: `kms_key_arn`.
    - `queue_kms_key_arn`: one for the queues; its key policy must allow EventBridge. null: SQS's own.
  EOT
  type = object({
    task_retention_days    = optional(number, 7)
    payload_retention_days = optional(number, 30)
    keep_payloads          = optional(bool, false)
    force_destroy          = optional(bool, false)
    deletion_protection    = optional(bool, true)
    kms_key_arn            = optional(string)
    table_kms_key_arn      = optional(string)
    queue_kms_key_arn      = optional(string)
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.data.task_retention_days >= 1 && var.data.task_retention_days <= 365 && floor(var.data.task_retention_days) == var.data.task_retention_days
    error_message = "data.task_retention_days must be a whole number from 1 to 365. Given: ${var.data.task_retention_days}."
  }
  validation {
    condition     = var.data.payload_retention_days >= 1 && floor(var.data.payload_retention_days) == var.data.payload_retention_days
    error_message = "data.payload_retention_days must be a whole number of at least 1. Given: ${var.data.payload_retention_days}."
  }
  validation {
    condition     = alltrue([for arn in [var.data.kms_key_arn, var.data.table_kms_key_arn, var.data.queue_kms_key_arn] : arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", arn))])
    error_message = "data must have ARNs of keys, arn:aws:kms:REGION:ACCOUNT:key/ID, or null as kms_key_arn, table_kms_key_arn and queue_kms_key_arn. Given: ${jsonencode([var.data.kms_key_arn, var.data.table_kms_key_arn, var.data.queue_kms_key_arn])}."
  }
}

variable "logs" {
  description = <<-EOT
    Logs of the stack's functions and of its activities' containers.

    - `retention_days`: how long to keep them, in days: a period that CloudWatch Logs offers.
  EOT
  type        = object({ retention_days = optional(number, 30) })
  default     = {}
  nullable    = false
}

variable "watching" {
  description = <<-EOT
    How the stack is watched.

    - `dashboard`: whether to create module dashboard.
    - `saved_queries`: whether that saves its questions to the logs in CloudWatch Logs Insights.
    - `overdue_minutes`, `max_dispatch_errors`: what its alarms tolerate, as in module dashboard.
    - `alarm_actions`: ARNs that every alarm of the stack and of its activities notifies, such as SNS topics.
    - `tracing`: whether X-Ray traces a share of what the stack's functions do.
  EOT
  type = object({
    dashboard           = optional(bool, true)
    overdue_minutes     = optional(number)
    max_dispatch_errors = optional(number)
    alarm_actions       = optional(list(string), [])
    saved_queries       = optional(bool)
    tracing             = optional(bool)
  })
  default  = {}
  nullable = false
}
