variable "name" {
  description = "Name of the activity."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name must be 1 to 80 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "dispatch_queue" {
  description = "The dispatcher's queue. kms_key_arn only when the queue is encrypted with a key of yours."
  type        = object({ url = string, arn = string, kms_key_arn = optional(string) })
  validation {
    condition     = can(regex("^https?://", var.dispatch_queue.url))
    error_message = "dispatch_queue.url must be the URL of a queue, https://... Given: \"${var.dispatch_queue.url}\"."
  }
  validation {
    condition     = can(regex("^arn:[^:]+:sqs:[^:]+:[0-9]{12}:[^:]+$", var.dispatch_queue.arn))
    error_message = "dispatch_queue.arn must be arn:aws:sqs:REGION:ACCOUNT:NAME. Given: \"${var.dispatch_queue.arn}\"."
  }
  validation {
    condition     = var.dispatch_queue.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.dispatch_queue.kms_key_arn))
    error_message = "dispatch_queue.kms_key_arn must be null or arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.dispatch_queue.kms_key_arn, "null")}\"."
  }
}

variable "heartbeat_seconds" {
  description = "A task whose job gives no sign of life for this long fails with States.HeartbeatTimeout. In seconds."
  type        = number
  default     = 180
  nullable    = false
  validation {
    condition     = var.heartbeat_seconds >= 1 && floor(var.heartbeat_seconds) == var.heartbeat_seconds
    error_message = "heartbeat_seconds must be a whole number from 1. Given: ${var.heartbeat_seconds}."
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

variable "retry" {
  description = "Which errors of the process state are tried again, and how often; waits are drawn at random up to interval_seconds * backoff_rate ^ attempt, at most max_delay_seconds. [] for none."
  type = list(object({
    error_equals      = list(string)
    interval_seconds  = optional(number, 5)
    max_attempts      = optional(number, 5)
    backoff_rate      = optional(number, 2)
    max_delay_seconds = optional(number, 300)
  }))
  default = [{
    error_equals = [
      "Job.Interrupted", "Dispatch.Throttled", "Dispatch.CapacityUnavailable", "Dispatch.QueueTimeout",
    ]
  }]
  nullable = false
  validation {
    condition     = alltrue([for rule in var.retry : length(rule.error_equals) > 0])
    error_message = "retry must name at least one error in each error_equals. Given: ${jsonencode(var.retry[*].error_equals)}."
  }
  validation {
    condition = alltrue([for rule in var.retry : (
      rule.interval_seconds >= 1 && rule.max_attempts >= 0 && rule.backoff_rate >= 1 &&
      rule.max_delay_seconds > rule.interval_seconds && rule.max_delay_seconds <= 31622400
    )])
    error_message = "retry must have interval_seconds from 1, max_attempts from 0, backoff_rate from 1 and max_delay_seconds above interval_seconds and at most 31622400. Given: ${jsonencode(var.retry)}."
  }
  validation {
    condition = alltrue(flatten([for rule in var.retry : [
      for number in [rule.interval_seconds, rule.max_attempts, rule.max_delay_seconds] : floor(number) == number && number <= 99999999
    ]]))
    error_message = "retry must have whole numbers up to 99999999 as interval_seconds, max_attempts and max_delay_seconds. Given: ${jsonencode(var.retry)}."
  }
  validation {
    condition = alltrue([for index, rule in var.retry :
      !contains(rule.error_equals, "States.ALL") || (length(rule.error_equals) == 1 && index == length(var.retry) - 1)
    ])
    error_message = "retry must name States.ALL alone in its error_equals, and in the last rule only. Given: ${jsonencode(var.retry[*].error_equals)}."
  }
}

variable "state_prefix" {
  description = "Put before the names of the two inner states: state names are unique in a whole state machine, so two activities in one need different prefixes."
  type        = string
  default     = ""
  nullable    = false
  validation {
    condition     = can(regex("^[a-zA-Z0-9 _-]{0,60}$", var.state_prefix))
    error_message = "state_prefix must be at most 60 letters, digits, spaces, - or _. Given: \"${var.state_prefix}\"."
  }
}

variable "alarm_actions" {
  description = "What an alarm notifies: ARNs, of SNS topics for example."
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
