variable "share_key" {
  description = <<-EOT
    Whose a task is, so that no one's many tasks hold up another's few (docs/running.md): those who wait get free slots in turn.

    - `execution`: its execution's. `state_machine`: its state machine's.
    - `$.tenant`, `$.order.customer`: that value of its input.

    For callback targets with `max_concurrent_jobs`, and, as a path, for activities on a Batch queue with a scheduling policy. null: tasks
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
