variable "name" {
  description = "Name of the callback target: its key in the activities of module dispatcher."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name must be 1 to 80 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "dispatch_queue" {
  description = "The dispatcher's queue; kms_key_arn only if a customer managed key encrypts it."
  type        = object({ url = string, arn = string, kms_key_arn = optional(string) })
  validation {
    condition     = can(regex("^https?://", var.dispatch_queue.url))
    error_message = "dispatch_queue.url must be a queue URL, https://... Given: \"${var.dispatch_queue.url}\"."
  }
  validation {
    condition     = can(regex("^arn:[^:]+:sqs:[^:]+:[0-9]{12}:[^:]+$", var.dispatch_queue.arn))
    error_message = "dispatch_queue.arn must be arn:aws:sqs:REGION:ACCOUNT:NAME. Given: \"${var.dispatch_queue.arn}\"."
  }
}

variable "heartbeat_seconds" {
  description = <<-EOT
    A task without a heartbeat for this long fails with States.HeartbeatTimeout. In seconds, as in module
    dispatcher. While a task waits for a slot, the reconciler sends a heartbeat every minute.
  EOT
  type        = number
  default     = 300
  nullable    = false
  validation {
    condition     = var.heartbeat_seconds >= 1 && floor(var.heartbeat_seconds) == var.heartbeat_seconds
    error_message = "heartbeat_seconds must be a whole number of at least 1. Given: ${var.heartbeat_seconds}."
  }
}

variable "timeout_seconds" {
  description = <<-EOT
    A task that is not settled after this long, waiting for a slot included, fails with States.Timeout. In seconds,
    as in module dispatcher.
  EOT
  type        = number
  default     = 3600
  nullable    = false
  validation {
    condition     = var.timeout_seconds > var.heartbeat_seconds && var.timeout_seconds <= 99999999 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number above heartbeat_seconds (${var.heartbeat_seconds}) and at most 99999999. Given: ${var.timeout_seconds}."
  }
}
