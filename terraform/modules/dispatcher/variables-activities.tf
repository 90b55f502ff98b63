variable "activities" {
  description = <<-EOT
    The activities and callback targets to serve, by a name of your choice.

    - `arn`: ARN of the activity. null for a callback target.
    - `backend`: a key of `backends`.
    - `heartbeat_seconds`, `timeout_seconds`: as in the activity.
    - `allowed_overrides`: what the "job" object of a task may set. Each variable by its name, environment.NAME, or
      with others by a prefix, environment.PREFIX*.
    - `max_concurrent_jobs`: limit of jobs at once; further tasks stay ActivityScheduled. null: no limit.
    - `max_queue_seconds`: a job that has not started after this many seconds fails with Dispatch.QueueTimeout.
      null: no limit.
    - `wake_up`: `requests`, `poll` or `logs`, as in module activity, or `callback` for a callback target.
    - `pollers`: number of concurrent polls if `wake_up` is `poll`.
    - `overflow_after_seconds`: as in module activity.
  EOT
  type = map(object({
    arn                    = optional(string)
    backend                = string
    heartbeat_seconds      = number
    timeout_seconds        = number
    allowed_overrides      = optional(list(string), [])
    max_concurrent_jobs    = optional(number)
    max_queue_seconds      = optional(number)
    wake_up                = optional(string, "requests")
    pollers                = optional(number, 2)
    overflow_after_seconds = optional(number)
  }))
  validation {
    condition     = length(var.activities) > 0
    error_message = "activities must have at least one entry. Given: none."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.wake_up == "callback" ? activity.arn == null : can(regex("^arn:[^:]+:states:[^:]+:[0-9]{12}:activity:[^:]+$", activity.arn))])
    error_message = "activities must have an arn like arn:aws:states:REGION:ACCOUNT:activity:NAME, or null if wake_up is callback. Given: ${jsonencode({ for key, activity in var.activities : key => activity.arn })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.heartbeat_seconds >= 1 && activity.heartbeat_seconds < activity.timeout_seconds])
    error_message = "activities must have a heartbeat_seconds of at least 1 and below timeout_seconds. Given: ${join(", ", [for key, activity in var.activities : "${key}: ${activity.heartbeat_seconds} and ${activity.timeout_seconds}"])}."
  }
  validation {
    # One item of the table lists the holders of all slots: with more of them, each start would cost over 200 write units.
    condition     = alltrue([for activity in var.activities : activity.max_concurrent_jobs == null ? true : activity.max_concurrent_jobs >= 1 && activity.max_concurrent_jobs <= 5000 && floor(activity.max_concurrent_jobs) == activity.max_concurrent_jobs])
    error_message = "activities must have a max_concurrent_jobs that is null or a whole number from 1 to 5000. Given: ${jsonencode({ for key, activity in var.activities : key => activity.max_concurrent_jobs })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.max_queue_seconds == null ? true : activity.max_queue_seconds >= 60 && floor(activity.max_queue_seconds) == activity.max_queue_seconds])
    error_message = "activities must have a max_queue_seconds that is null or a whole number of at least 60. Given: ${jsonencode({ for key, activity in var.activities : key => activity.max_queue_seconds })}."
  }
  validation {
    condition     = alltrue(flatten([for activity in var.activities : [for entry in activity.allowed_overrides : can(regex("^[a-z_]+$|^environment\\.[A-Za-z_][A-Za-z0-9_]*\\*?$", entry)) && entry != "environment"]]))
    error_message = "activities must have allowed_overrides that list the variables that a task may set, as environment.NAME or environment.PREFIX*: environment alone allows none. Given: ${jsonencode({ for key, activity in var.activities : key => activity.allowed_overrides })}."
  }
  validation {
    condition     = alltrue(flatten([for activity in var.activities : [for entry in activity.allowed_overrides : !can(regex(local.refused_override, entry))]]))
    error_message = "activities must not have allowed_overrides with variables that an interpreter, a loader, the platform or the worker reads (docs/contract.md). Given: ${join(", ", flatten([for activity in var.activities : [for entry in activity.allowed_overrides : entry if can(regex(local.refused_override, entry))]]))}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : contains(["requests", "poll", "logs", "callback"], activity.wake_up)])
    error_message = "activities must have a wake_up of requests, poll, logs or callback. Given: ${jsonencode({ for key, activity in var.activities : key => activity.wake_up })}."
  }
  validation {
    # One function makes all polls, and Lambda allows it 1,024 open files.
    condition     = alltrue([for activity in var.activities : activity.pollers >= 1 && floor(activity.pollers) == activity.pollers]) && sum(concat([0], [for activity in var.activities : activity.pollers if activity.wake_up == "poll"])) <= 400
    error_message = "activities must have a whole number of at least 1 as pollers, and at most 400 pollers in total where wake_up is poll. Given: ${jsonencode({ for key, activity in var.activities : key => activity.pollers })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.overflow_after_seconds == null ? true : activity.overflow_after_seconds >= 0 && activity.overflow_after_seconds <= 900 && floor(activity.overflow_after_seconds) == activity.overflow_after_seconds])
    error_message = "activities must have an overflow_after_seconds that is null or a whole number from 0 to 900. Given: ${jsonencode({ for key, activity in var.activities : key => activity.overflow_after_seconds })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.overflow_after_seconds == null || !contains(["poll", "callback"], activity.wake_up)])
    error_message = "activities must have null as overflow_after_seconds if wake_up is poll (the poller takes each task as soon as it is scheduled and leaves none to other workers) or callback (no worker can poll its tasks). Given: ${join(", ", [for key, activity in var.activities : key if activity.overflow_after_seconds != null && contains(["poll", "callback"], activity.wake_up)])}."
  }
  validation {
    # The reconciler sends their heartbeats, once a minute.
    condition     = alltrue([for activity in var.activities : activity.wake_up != "callback" || activity.max_concurrent_jobs == null || activity.heartbeat_seconds >= 180])
    error_message = "activities must have a heartbeat_seconds of at least 240 if wake_up is callback and max_concurrent_jobs is set: a task that waits for a slot gets one heartbeat a minute, and two may fail. Given: ${jsonencode({ for key, activity in var.activities : key => activity.heartbeat_seconds })}."
  }
}

variable "log_group_names" {
  description = <<-EOT
    Log groups of the state machines that use activities whose wake_up is logs. The state machines' log level must
    be ALL.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = length(var.log_group_names) > 0 || !contains(local.modes, "logs")
    error_message = "log_group_names must have at least one log group if the wake_up of an activity is logs. Given: none."
  }
}
