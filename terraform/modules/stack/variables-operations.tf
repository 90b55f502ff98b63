variable "dispatch" {
  description = "max_dispatchers, stray_poll_minutes and state_machine_arns as in module dispatcher; state_machine_arns: your state machines that use activities of the stack."
  type = object({
    max_dispatchers    = optional(number)
    stray_poll_minutes = optional(number)
    state_machine_arns = optional(list(string), [])
  })
  default  = {}
  nullable = false
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

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
