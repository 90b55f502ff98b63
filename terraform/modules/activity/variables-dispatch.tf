variable "allowed_overrides" {
  description = <<-EOT
    What the "job" object of a task may set; docs/contract.md. Each variable by its name, environment.NAME, or with others by a
    prefix, environment.PREFIX*.

    - on ecs: `command`, `cpu`, `memory_mb`, `timeout_seconds`;
    - on batch: the same and `gpu`;
    - on sagemaker: `instance_type` and so on, as docs/training.md says.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for entry in var.allowed_overrides : can(regex("^[a-z_0-9]+$|^environment\\.[A-Za-z_][A-Za-z0-9_]*\\*?$", entry)) && entry != "environment"])
    error_message = "allowed_overrides must list the variables that a task may set, as environment.NAME or environment.PREFIX*: environment alone allows none. Given: ${join(", ", var.allowed_overrides)}."
  }
}

variable "max_concurrent_jobs" {
  description = "Limit of jobs at once; further tasks stay ActivityScheduled. null: no limit."
  type        = number
  default     = null
  validation {
    # One item of the table lists the holders of all slots: with more of them, each start would cost over 200 write units.
    condition     = var.max_concurrent_jobs == null ? true : var.max_concurrent_jobs >= 1 && var.max_concurrent_jobs <= 5000 && floor(var.max_concurrent_jobs) == var.max_concurrent_jobs
    error_message = "max_concurrent_jobs must be null or a whole number from 1 to 5000. Given: ${var.max_concurrent_jobs == null ? "null" : var.max_concurrent_jobs}."
  }
}

variable "max_queue_seconds" {
  description = <<-EOT
    A job that has not started after this many seconds fails with Dispatch.QueueTimeout. null: 900 for lambda and ecs, no limit
    for batch and sagemaker.
  EOT
  type        = number
  default     = null
  validation {
    condition     = var.max_queue_seconds == null ? true : var.max_queue_seconds >= 60 && floor(var.max_queue_seconds) == var.max_queue_seconds
    error_message = "max_queue_seconds must be null or a whole number of at least 60. Given: ${var.max_queue_seconds == null ? "null" : var.max_queue_seconds}."
  }
}

variable "wake_up" {
  description = <<-EOT
    How the dispatcher learns of a task; see docs/wake-up.md.

    - `requests`: the state asks for it.
    - `poll`: the poller polls all the time.
    - `logs`: the log of the state machine reports it.
    - `callback`: there is no activity: the state hands over the task itself.
  EOT
  type        = string
  default     = "requests"
  nullable    = false
  validation {
    condition     = contains(["requests", "poll", "logs", "callback"], var.wake_up)
    error_message = "wake_up must be requests, poll, logs or callback. Given: \"${var.wake_up}\"."
  }
}

variable "pollers" {
  description = "Number of concurrent polls if wake_up is poll. One function makes the polls of all activities, at most 400."
  type        = number
  default     = 2
  nullable    = false
  validation {
    # Lambda allows a function 1,024 open files.
    condition     = var.pollers >= 1 && var.pollers <= 400 && floor(var.pollers) == var.pollers
    error_message = "pollers must be a whole number from 1 to 400. Given: ${var.pollers}."
  }
}

variable "overflow_after_seconds" {
  description = <<-EOT
    How long to leave a new task to your own workers that poll the activity before a job is started for it, in
    seconds. null: there are no such workers.
  EOT
  type        = number
  default     = null
  validation {
    # SQS delays a message by 900 s at most.
    condition     = var.overflow_after_seconds == null ? true : var.overflow_after_seconds >= 0 && var.overflow_after_seconds <= 900 && floor(var.overflow_after_seconds) == var.overflow_after_seconds
    error_message = "overflow_after_seconds must be null or a whole number from 0 to 900. Given: ${var.overflow_after_seconds == null ? "null" : var.overflow_after_seconds}."
  }
}
