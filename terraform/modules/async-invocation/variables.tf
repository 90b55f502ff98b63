variable "name" {
  description = "Name of the backend; the alarm is named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name must be 1 to 80 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "function_arn" {
  description = "The function that runs the jobs: its ARN, without a version or an alias."
  type        = string
  validation {
    condition     = can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[a-zA-Z0-9_-]+$", var.function_arn))
    error_message = "function_arn must be arn:aws:lambda:REGION:ACCOUNT:function:NAME, without a version or an alias. Given: \"${var.function_arn}\"."
  }
}

variable "max_queue_seconds" {
  description = <<-EOT
    How long Lambda keeps a job that it cannot run yet, in seconds. After that the job is dropped and its task fails
    with Dispatch.QueueTimeout.
  EOT
  type        = number
  default     = 900
  nullable    = false
  validation {
    condition     = var.max_queue_seconds >= 60 && var.max_queue_seconds <= 21600 && floor(var.max_queue_seconds) == var.max_queue_seconds
    error_message = "max_queue_seconds must be a whole number from 60 to 21600. Given: ${var.max_queue_seconds}."
  }
}

variable "failure_destination_arn" {
  description = <<-EOT
    The reporter, which hears of invocations that died or were dropped: output "reporter" of module dispatcher. The
    function's role needs the dispatcher's worker_policy_json first. null: such a task ends when its heartbeat times
    out.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.failure_destination_arn == null ? true : can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[a-zA-Z0-9_-]+$", var.failure_destination_arn))
    error_message = "failure_destination_arn must be null or arn:aws:lambda:REGION:ACCOUNT:function:NAME. Given: \"${coalesce(var.failure_destination_arn, "null")}\"."
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
