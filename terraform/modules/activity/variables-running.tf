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
