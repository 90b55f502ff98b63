variable "stack" {
  description = "The stack's handle: output \"handle\" of module stack, control-plane or lookup."
  type        = any
}

variable "packages" {
  description = "The built zips prepare, process, publish and reduce, as in module packages."
  type        = any
}

variable "fargate" {
  description = "The activity fargate, whose jobs are ECS tasks: the settings of module backend-ecs. null: none."
  type        = any
  default     = null
}

variable "batch" {
  description = "The activity batch, whose jobs are Batch jobs: the settings of module backend-batch. null: none."
  type        = any
  default     = null
}

variable "allowed_overrides" {
  description = "What the \"job\" object of a task may set on fargate and batch, as in module activity."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "max_concurrent_jobs" {
  description = "Limit of jobs at once of each activity. null: no limit."
  type        = number
  default     = null
}

variable "fan_out" {
  description = <<-EOT
    The state machine that takes many texts.

    - `activity`: what processes each, lambda, fargate or batch.
    - `max_concurrency`: limit of those jobs at once.
  EOT
  type        = object({ activity = optional(string, "lambda"), max_concurrency = optional(number, 10) })
  default     = {}
  nullable    = false
  validation {
    # Step Functions runs at most 40 iterations of an inline Map at once.
    condition     = contains(["lambda", "fargate", "batch"], var.fan_out.activity) && var.fan_out.max_concurrency >= 1 && var.fan_out.max_concurrency <= 40 && floor(var.fan_out.max_concurrency) == var.fan_out.max_concurrency
    error_message = "fan_out must have lambda, fargate or batch as activity and a whole number from 1 to 40 as max_concurrency. Given: ${jsonencode(var.fan_out)}."
  }
}
