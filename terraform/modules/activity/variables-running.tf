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
