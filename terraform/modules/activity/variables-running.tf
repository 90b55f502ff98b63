# Where and when jobs run: docs/running.md.
variable "fallbacks" {
  description = <<-EOT
    Further backends, in order, for a task that can't start on the one before, or waits there for too long: docs/running.md.

    - `backend`: output "backend" of a backend module, ecs, batch or sagemaker;
    - `max_queue_seconds`: how long a job waits on it. null: 900 on ecs, no limit on batch and sagemaker;
    - `after_interruption`: whether it is also taken when the job before it was interrupted.
  EOT
  type = list(object({
    backend            = object({ kind = string, name = string, config = string })
    max_queue_seconds  = optional(number)
    after_interruption = optional(bool, false)
  }))
  default = []
  validation {
    condition     = var.fallbacks == null ? true : length(var.fallbacks) <= 4
    error_message = "fallbacks must have at most 4 backends. Given: ${var.fallbacks == null ? 0 : length(var.fallbacks)}."
  }
  validation {
    condition     = alltrue([for link in coalesce(var.fallbacks, []) : link.backend.kind != "lambda"])
    error_message = "fallbacks must be backends ecs, batch or sagemaker: an invocation of a function can't be stopped or looked up, so that nothing could start in its place. Given: ${join(", ", [for link in coalesce(var.fallbacks, []) : link.backend.kind])}."
  }
  validation {
    condition     = alltrue([for link in coalesce(var.fallbacks, []) : link.max_queue_seconds == null ? true : link.max_queue_seconds >= 60 && floor(link.max_queue_seconds) == link.max_queue_seconds])
    error_message = "fallbacks must have null or a whole number of at least 60 as max_queue_seconds. Given: ${join(", ", [for link in coalesce(var.fallbacks, []) : link.max_queue_seconds == null ? "null" : tostring(link.max_queue_seconds)])}."
  }
}

variable "envelope" {
  description = <<-EOT
    Whether the state wraps its input in an envelope that says which execution the task is of; docs/running.md. The stack takes it
    off: programs see the input. null: on, where the state is ours (wake_up is requests or poll) and no worker of your own polls the
    activity.
  EOT
  type        = bool
  default     = null
}

variable "job_tags" {
  description = <<-EOT
    Tags of the jobs, besides the activity's; docs/running.md. null: none.

    - `allowed`: keys that the `job.tags` of a task's input may set.
    - `facts`: what the task's envelope says, as tags: state_machine, execution, state.
  EOT
  type        = object({ allowed = optional(list(string), []), facts = optional(list(string), []) })
  default     = null
  validation {
    condition = var.job_tags == null ? true : alltrue([for key in var.job_tags.allowed :
      can(regex("^[\\p{L}\\p{N} +=._:/@-]{1,128}$", key)) && !startswith(lower(key), "aws:") && !startswith(key, "activity-dispatch")
    ])
    error_message = "job_tags.allowed must have keys of 1 to 128 letters, digits, spaces and +-=._:/@, not beginning with aws: (AWS's own) or activity-dispatch (reserved). Given: ${var.job_tags == null ? "null" : join(", ", var.job_tags.allowed)}."
  }
  validation {
    condition     = var.job_tags == null ? true : alltrue([for fact in var.job_tags.facts : contains(["state_machine", "execution", "state"], fact)])
    error_message = "job_tags.facts must be of state_machine, execution and state. Given: ${var.job_tags == null ? "null" : join(", ", var.job_tags.facts)}."
  }
}

variable "linger_seconds" {
  description = <<-EOT
    For how long a container that has settled its task asks for the next one before it ends, in seconds: warm workers, see
    docs/running.md. On ecs and batch, with the worker. null: each task has a container of its own.
  EOT
  type        = number
  default     = null
  validation {
    condition     = var.linger_seconds == null ? true : var.linger_seconds >= 1 && var.linger_seconds <= 600 && floor(var.linger_seconds) == var.linger_seconds
    error_message = "linger_seconds must be null or a whole number from 1 to 600. Given: ${var.linger_seconds == null ? "null" : var.linger_seconds}."
  }
}

variable "max_tasks_per_job" {
  description = "The most tasks that one container does, if linger_seconds is set."
  type        = number
  default     = 100
  nullable    = false
  validation {
    condition     = var.max_tasks_per_job >= 2 && var.max_tasks_per_job <= 10000 && floor(var.max_tasks_per_job) == var.max_tasks_per_job
    error_message = "max_tasks_per_job must be a whole number from 2 to 10000. Given: ${var.max_tasks_per_job}."
  }
}

variable "max_starts_per_second" {
  description = <<-EOT
    Limit of job starts per second, also below 1: 0.2 is one start in 5 s. Further tasks stay ActivityScheduled;
    docs/running.md. null: no limit.
  EOT
  type        = number
  default     = null
  validation {
    # One item of the table counts the starts, and takes about 1,000 writes a second.
    condition     = var.max_starts_per_second == null ? true : var.max_starts_per_second >= 0.01 && var.max_starts_per_second <= 200
    error_message = "max_starts_per_second must be null or a number from 0.01 to 200. Given: ${var.max_starts_per_second == null ? "null" : var.max_starts_per_second}."
  }
}

variable "pool" {
  description = "Pool of the stack whose slots its jobs hold, beside max_concurrent_jobs, and which other activities may share; docs/running.md. null: none."
  type        = string
  default     = null
  validation {
    condition     = var.pool == null ? true : can(regex("^[a-zA-Z0-9_-]{1,60}$", var.pool))
    error_message = "pool must be null or the name of a pool: 1 to 60 letters, digits, - or _. Given: \"${coalesce(var.pool, "null")}\"."
  }
}

variable "weight" {
  description = "How many slots of the pool one job holds."
  type        = number
  default     = 1
  nullable    = false
  validation {
    condition     = var.weight >= 1 && floor(var.weight) == var.weight
    error_message = "weight must be a whole number of at least 1. Given: ${var.weight}."
  }
}

variable "share_key" {
  description = <<-EOT
    Whose a task is, so that no one's many tasks hold up another's few (docs/running.md): those who wait get free slots in turn.

    - `execution`: its execution's. `state_machine`: its state machine's.
    - `$.tenant`, `$.order.customer`: that value of its input.

    For callback targets with `max_concurrent_jobs`, a pool or a rate, and, as a path, for activities on a Batch queue with a scheduling policy. null: tasks
    are not told apart.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.share_key == null ? true : contains(["execution", "state_machine"], var.share_key) || can(regex("^\\$(\\.[A-Za-z_][A-Za-z0-9_-]{0,63}){1,8}$", var.share_key))
    error_message = "share_key must be null, execution, state_machine or a path into the input such as $.tenant. Given: \"${coalesce(var.share_key, "null")}\"."
  }
}

variable "batch_priority" {
  description = "Which jobs of a share come first in a Batch queue with a scheduling policy: those with the highest number. null: the policy's own order."
  type        = number
  default     = null
  validation {
    condition     = var.batch_priority == null ? true : var.batch_priority >= 0 && var.batch_priority <= 9999 && floor(var.batch_priority) == var.batch_priority
    error_message = "batch_priority must be null or a whole number from 0 to 9999. Given: ${var.batch_priority == null ? "null" : var.batch_priority}."
  }
}
