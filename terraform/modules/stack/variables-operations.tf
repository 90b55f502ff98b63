variable "dispatch" {
  description = "max_dispatchers, missed_task_poll_minutes, state_machine_arns and log_group_names as in module dispatcher; of your state machines that use activities of the stack."
  type = object({
    max_dispatchers          = optional(number)
    missed_task_poll_minutes = optional(number)
    state_machine_arns       = optional(list(string), [])
    log_group_names          = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "data" {
  description = "What is kept. payload_retention_days: how long large inputs and outputs are, in days; keep_payloads: until somebody deletes them. force_destroy: destroying the stack deletes the buckets' contents too; without it a bucket that is not empty stays. deletion_protection: the task table refuses to be deleted. kms_key_arn: customer key for buckets, task table, logs and environment variables; its key policy must allow CloudWatch Logs; null: AWS's own keys."
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
    error_message = "data.payload_retention_days must be a whole number from 1. Given: ${var.data.payload_retention_days}."
  }
  validation {
    condition     = var.data.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.data.kms_key_arn))
    error_message = "data.kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.data.kms_key_arn, "null")}\"."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept, in days: a period CloudWatch Logs offers."
  type        = number
  default     = 30
  nullable    = false
}

variable "watching" {
  description = "dashboard: whether module dashboard is made; overdue_minutes and max_dispatch_errors: what its alarms bear, as there. alarm_actions: what every alarm of the stack notifies: ARNs, of SNS topics for example. tracing: whether X-Ray traces the stack's functions and state machines, a share of what they do."
  type = object({
    dashboard           = optional(bool, true)
    overdue_minutes     = optional(number)
    max_dispatch_errors = optional(number)
    alarm_actions       = optional(list(string), [])
    tracing             = optional(bool)
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
