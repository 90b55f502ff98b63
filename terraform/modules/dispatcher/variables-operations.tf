variable "state_machine_arns" {
  description = <<-EOT
    State machines whose aborted, timed out and failed executions have their jobs stopped at once, and whose redriven
    executions have their tasks taken at once; other jobs stop at their next heartbeat, within a minute or two. Must contain every state machine that uses callback targets, or
    activities that your own workers poll too (overflow_after_seconds).
  EOT
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.state_machine_arns : can(regex("^arn:[^:]+:states:[^:]+:[0-9]{12}:stateMachine:[^:]+$", arn))])
    error_message = "state_machine_arns must be arn:aws:states:REGION:ACCOUNT:stateMachine:NAME. Given: ${join(", ", var.state_machine_arns)}."
  }
  validation {
    condition     = length(var.state_machine_arns) > 0 || !contains(local.modes, "callback")
    error_message = "state_machine_arns must contain the state machines that hand over tasks if the wake_up of an activity is callback: answering their tokens takes permission on the state machine. Given: none."
  }
  validation {
    condition     = length(var.state_machine_arns) > 0 || alltrue([for activity in var.activities : coalesce(activity.overflow_after_seconds, 0) == 0])
    error_message = "state_machine_arns must contain the state machines of activities with overflow_after_seconds: the history of an execution shows what workers have taken. Given: none."
  }
}

variable "missed_task_poll_minutes" {
  description = <<-EOT
    How often to poll each activity for tasks whose dispatch request was lost, in minutes. A poll that finds none
    occupies the dispatcher for a minute.
  EOT
  type        = number
  default     = 15
  nullable    = false
  validation {
    condition     = var.missed_task_poll_minutes >= 1 && var.missed_task_poll_minutes <= 1440 && floor(var.missed_task_poll_minutes) == var.missed_task_poll_minutes
    error_message = "missed_task_poll_minutes must be a whole number from 1 to 1440. Given: ${var.missed_task_poll_minutes}."
  }
}

variable "concurrency" {
  description = <<-EOT
    Concurrent invocations of the stack's functions.

    - `max_dispatchers`: limit of the dispatcher. Each makes up to 40 polls at a time, and an activity has at most 1,000
      pollers.
    - `reserved`: what jobs can't take away from the stack; also a limit of these functions. It is taken from the
      account's, of which 100 stay unreserved. `enabled = false` reserves nothing, for accounts with a low limit, such as
      new ones (10). The dispatcher gets `max_dispatchers`; `reporter` is how many ends of jobs are handled at a time,
      each up to 15 s if the container has no worker; `reconciler`: a pass begins every minute and may take five.
  EOT
  type = object({
    max_dispatchers = optional(number, 20)
    reserved = optional(object({
      enabled    = optional(bool, true)
      reporter   = optional(number, 50)
      reconciler = optional(number, 5)
    }), {})
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.concurrency.max_dispatchers >= 2 && var.concurrency.max_dispatchers <= 1000 && floor(var.concurrency.max_dispatchers) == var.concurrency.max_dispatchers
    error_message = "concurrency.max_dispatchers must be a whole number from 2 to 1000. Given: ${var.concurrency.max_dispatchers}."
  }
  validation {
    condition     = alltrue([for count in [var.concurrency.reserved.reporter, var.concurrency.reserved.reconciler] : count >= 1 && floor(count) == count])
    error_message = "concurrency.reserved must have whole numbers of at least 1; to reserve nothing, set enabled = false. Given: ${jsonencode(var.concurrency.reserved)}."
  }
}

variable "task_retention_days" {
  description = "How long the task table keeps a settled task, in days."
  type        = number
  default     = 7
  nullable    = false
  validation {
    condition     = var.task_retention_days >= 1 && var.task_retention_days <= 365 && floor(var.task_retention_days) == var.task_retention_days
    error_message = "task_retention_days must be a whole number from 1 to 365. Given: ${var.task_retention_days}."
  }
}

variable "deletion_protection" {
  description = "Whether the task table refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of a customer managed key for the task table, log groups and environment variables; also the key of the
    payload bucket. null: AWS's own keys.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
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
    How the functions are watched, and what they watch.

    - `alarm_actions`: ARNs that alarms notify, such as SNS topics.
    - `tracing`: whether X-Ray traces the functions.
    - `services`: where jobs named NAME-KEY are watched and stopped, whether or not a backend is there: `ecs`, `batch`,
      `sagemaker`. Leave out only what no backend has used since the longest job began.
  EOT
  type = object({
    alarm_actions = optional(list(string), [])
    tracing       = optional(bool)
    services      = optional(set(string), ["ecs", "batch", "sagemaker"])
  })
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for service in var.watching.services : contains(["ecs", "batch", "sagemaker"], service)])
    error_message = "watching.services must have ecs, batch and sagemaker only. Given: ${join(", ", var.watching.services)}."
  }
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
