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
