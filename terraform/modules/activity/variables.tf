variable "name" {
  description = "Name of the activity."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name must be 1 to 80 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "wake_up" {
  description = <<-EOT
    How the dispatcher learns of a task, as in module dispatcher; see docs/wake-up.md.

    - `requests`: the state asks for it.
    - `poll`: the poller polls all the time.
    - `logs`: the log of the state machine reports it.
  EOT
  type        = string
  default     = "requests"
  nullable    = false
  validation {
    condition     = contains(["requests", "poll", "logs"], var.wake_up)
    error_message = "wake_up must be requests, poll or logs. Given: \"${var.wake_up}\"."
  }
}

variable "overflow_after_seconds" {
  description = <<-EOT
    How long to leave a new task to your own workers that poll the activity before a job is started for it, in
    seconds. null: there are no such workers. As in module dispatcher.
  EOT
  type        = number
  default     = null
  validation {
    # SQS delays a message by 900 s at most.
    condition     = var.overflow_after_seconds == null ? true : var.overflow_after_seconds >= 0 && var.overflow_after_seconds <= 900 && floor(var.overflow_after_seconds) == var.overflow_after_seconds
    error_message = "overflow_after_seconds must be null or a whole number from 0 to 900. Given: ${var.overflow_after_seconds == null ? "null" : var.overflow_after_seconds}."
  }
  validation {
    condition     = var.overflow_after_seconds == null || var.wake_up != "poll"
    error_message = "overflow_after_seconds must be null if wake_up is poll: the poller takes each task as soon as it is scheduled and leaves none to other workers. Given: ${var.overflow_after_seconds == null ? "null" : var.overflow_after_seconds}."
  }
}

variable "dispatch_queue" {
  description = "The dispatcher's queue; kms_key_arn only if a customer managed key encrypts it. null unless wake_up is requests."
  type        = object({ url = string, arn = string, kms_key_arn = optional(string) })
  default     = null
  validation {
    condition     = var.dispatch_queue != null || var.wake_up != "requests"
    error_message = "dispatch_queue must be set if wake_up is requests. Given: null."
  }
  validation {
    condition     = var.dispatch_queue == null ? true : can(regex("^https?://", var.dispatch_queue.url))
    error_message = "dispatch_queue.url must be a queue URL, https://... Given: \"${try(var.dispatch_queue.url, "null")}\"."
  }
  validation {
    condition     = var.dispatch_queue == null ? true : can(regex("^arn:[^:]+:sqs:[^:]+:[0-9]{12}:[^:]+$", var.dispatch_queue.arn))
    error_message = "dispatch_queue.arn must be arn:aws:sqs:REGION:ACCOUNT:NAME. Given: \"${try(var.dispatch_queue.arn, "null")}\"."
  }
  validation {
    condition     = try(var.dispatch_queue.kms_key_arn, null) == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.dispatch_queue.kms_key_arn))
    error_message = "dispatch_queue.kms_key_arn must be null or arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${try(coalesce(var.dispatch_queue.kms_key_arn), "null")}\"."
  }
}

variable "heartbeat_seconds" {
  description = "A task without a heartbeat for this long fails with States.HeartbeatTimeout. In seconds."
  type        = number
  default     = 300
  nullable    = false
  validation {
    condition     = var.heartbeat_seconds >= 1 && floor(var.heartbeat_seconds) == var.heartbeat_seconds
    error_message = "heartbeat_seconds must be a whole number of at least 1. Given: ${var.heartbeat_seconds}."
  }
}

variable "timeout_seconds" {
  description = "A task that is not settled after this long fails with States.Timeout. In seconds."
  type        = number
  default     = 3600
  nullable    = false
  validation {
    condition     = var.timeout_seconds > var.heartbeat_seconds && var.timeout_seconds <= 99999999 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number above heartbeat_seconds (${var.heartbeat_seconds}) and at most 99999999. Given: ${var.timeout_seconds}."
  }
}

variable "state_prefix" {
  description = <<-EOT
    Prefix of the names of the two inner states. State names are unique in a state machine: two activities in one
    machine need different prefixes.
  EOT
  type        = string
  default     = ""
  nullable    = false
  validation {
    condition     = can(regex("^[a-zA-Z0-9 _-]{0,60}$", var.state_prefix))
    error_message = "state_prefix must be at most 60 letters, digits, spaces, - or _. Given: \"${var.state_prefix}\"."
  }
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, such as SNS topics."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.alarm_actions : startswith(arn, "arn:")])
    error_message = "alarm_actions must be ARNs. Given: ${join(", ", var.alarm_actions)}."
  }
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
