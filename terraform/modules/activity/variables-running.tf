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
