variable "name" {
  description = "Name of the stack: a dimension of its metrics. Dashboard and alarms are named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,50}$", var.name))
    error_message = "name must be 1 to 50 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "functions" {
  description = "Names of the stack's functions, by role: dispatcher, reporter, reconciler and so on."
  type        = map(string)
}

variable "queues" {
  description = "Names of the stack's queues, by role. Messages in a queue whose key contains dead_letter are lost work."
  type        = map(string)
}

variable "alarm_arns" {
  description = "ARNs of alarms of other modules to show beside this module's own, by a name of your choice."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = alltrue([for arn in values(var.alarm_arns) : startswith(arn, "arn:")])
    error_message = "alarm_arns must be ARNs. Given: ${join(", ", values(var.alarm_arns))}."
  }
}

variable "overdue_minutes" {
  description = <<-EOT
    How long a task may be overdue before the alarm, in minutes. Overdue: open five minutes after its
    TimeoutSeconds.
  EOT
  type        = number
  default     = 5
  nullable    = false
  validation {
    condition     = var.overdue_minutes >= 1 && var.overdue_minutes <= 1440 && floor(var.overdue_minutes) == var.overdue_minutes
    error_message = "overdue_minutes must be a whole number from 1 to 1440. Given: ${var.overdue_minutes}."
  }
}

variable "max_dispatch_errors" {
  description = <<-EOT
    How many tasks that could not be started and requests that could not be handled to tolerate in five minutes
    before the alarm.
  EOT
  type        = number
  default     = 0
  nullable    = false
  validation {
    condition     = var.max_dispatch_errors >= 0 && floor(var.max_dispatch_errors) == var.max_dispatch_errors
    error_message = "max_dispatch_errors must be a whole number of at least 0. Given: ${var.max_dispatch_errors}."
  }
}

variable "saved_queries" {
  description = "Whether to save the dashboard's questions to the logs as queries of CloudWatch Logs Insights, which cost nothing until they run."
  type        = bool
  default     = true
  nullable    = false
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
  description = "Tags for the alarms; a dashboard cannot have any."
  type        = map(string)
  default     = {}
  nullable    = false
}
