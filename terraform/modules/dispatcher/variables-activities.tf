variable "activities" {
  description = "The activities to serve, by a name of yours, and callback targets: those have callback as wake_up and no arn. backend is a key of backends; allowed_overrides names what a task's \"job\" object may set; max_concurrent_jobs: more tasks wait as ActivityScheduled, null: no limit; max_queue_seconds: a job that waits longer until it runs fails with Dispatch.QueueTimeout, null: no limit. wake_up, overflow_after_seconds: as in module activity; pollers: how many polls at a time when wake_up is poll."
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
    error_message = "activities must hold at least one activity. Given: none."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.wake_up == "callback" ? activity.arn == null : can(regex("^arn:[^:]+:states:[^:]+:[0-9]{12}:activity:[^:]+$", activity.arn))])
    error_message = "activities must have arn = arn:aws:states:REGION:ACCOUNT:activity:NAME, and null where wake_up is callback. Given: ${jsonencode({ for key, activity in var.activities : key => activity.arn })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.heartbeat_seconds >= 1 && activity.heartbeat_seconds < activity.timeout_seconds])
    error_message = "activities must have heartbeat_seconds from 1 and below timeout_seconds. Given: ${join(", ", [for key, activity in var.activities : "${key}: ${activity.heartbeat_seconds} and ${activity.timeout_seconds}"])}."
  }
  validation {
    # An item of the table holds the slots' holders: with more each start would cost a write of over 200 units.
    condition     = alltrue([for activity in var.activities : activity.max_concurrent_jobs == null ? true : activity.max_concurrent_jobs >= 1 && activity.max_concurrent_jobs <= 5000 && floor(activity.max_concurrent_jobs) == activity.max_concurrent_jobs])
    error_message = "activities must have null or a whole number from 1 to 5000 as max_concurrent_jobs. Given: ${jsonencode({ for key, activity in var.activities : key => activity.max_concurrent_jobs })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.max_queue_seconds == null ? true : activity.max_queue_seconds >= 60 && floor(activity.max_queue_seconds) == activity.max_queue_seconds])
    error_message = "activities must have null or a whole number from 60 as max_queue_seconds. Given: ${jsonencode({ for key, activity in var.activities : key => activity.max_queue_seconds })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : contains(["requests", "poll", "logs", "callback"], activity.wake_up)])
    error_message = "activities must have requests, poll, logs or callback as wake_up. Given: ${jsonencode({ for key, activity in var.activities : key => activity.wake_up })}."
  }
  validation {
    # One function makes all of them, and Lambda gives it 1,024 open files.
    condition     = alltrue([for activity in var.activities : activity.pollers >= 1 && floor(activity.pollers) == activity.pollers]) && sum(concat([0], [for activity in var.activities : activity.pollers if activity.wake_up == "poll"])) <= 400
    error_message = "activities must have whole numbers from 1 as pollers, and at most 400 in all where wake_up is poll. Given: ${jsonencode({ for key, activity in var.activities : key => activity.pollers })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.overflow_after_seconds == null ? true : activity.overflow_after_seconds >= 0 && activity.overflow_after_seconds <= 900 && floor(activity.overflow_after_seconds) == activity.overflow_after_seconds])
    error_message = "activities must have null or a whole number from 0 to 900 as overflow_after_seconds. Given: ${jsonencode({ for key, activity in var.activities : key => activity.overflow_after_seconds })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.overflow_after_seconds == null || !contains(["poll", "callback"], activity.wake_up)])
    error_message = "activities must have null as overflow_after_seconds where wake_up is poll, for the poller takes each task as soon as it is scheduled and leaves none to other workers, or callback, whose tasks nobody polls. Given: ${join(", ", [for key, activity in var.activities : key if activity.overflow_after_seconds != null && contains(["poll", "callback"], activity.wake_up)])}."
  }
  validation {
    # The reconciler beats for them, once a minute.
    condition     = alltrue([for activity in var.activities : activity.wake_up != "callback" || activity.max_concurrent_jobs == null || activity.heartbeat_seconds >= 180])
    error_message = "activities must have heartbeat_seconds from 180 where wake_up is callback and max_concurrent_jobs is set: tasks that wait for a slot have a heartbeat a minute. Given: ${jsonencode({ for key, activity in var.activities : key => activity.heartbeat_seconds })}."
  }
}

variable "log_group_names" {
  description = "Log groups of the state machines whose activities have logs as wake_up. The state machines' log level must be ALL."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = length(var.log_group_names) > 0 || !contains(local.modes, "logs")
    error_message = "log_group_names must have at least one log group when an activity's wake_up is logs. Given: none."
  }
}
