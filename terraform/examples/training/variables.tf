variable "stack" {
  description = "The stack's handle: output \"handle\" of module stack, control-plane or lookup."
  type        = any
}

variable "packages" {
  description = "The built zip sweep, as in module packages."
  type        = any
}

variable "container" {
  description = "`image` runs as `IMAGE train` on SageMaker and as the program of a task on Batch; `environment`: its variables."
  type        = object({ image = string, environment = optional(map(string), {}) })
}

variable "repository_arns" {
  description = "ARNs of the ECR repositories that hold the image. []: a public image."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "batch" {
  description = "To train on Batch: the settings of module backend-batch, without container and repository_arns. null: not."
  type        = any
  default     = null
}

variable "sagemaker" {
  description = "To train on SageMaker: the settings of module backend-sagemaker, without container, repository_arns, metrics and storage. null: not."
  type        = any
  default     = null
}

variable "hyperparameters" {
  description = "What a sweep may vary: `type` is integer, number or text, `min` and `max` are the limits of its value."
  type        = map(object({ type = string, min = optional(number), max = optional(number) }))
  default = {
    learning_rate = { type = "number", min = 0.000001, max = 10 }
    epochs        = { type = "integer", min = 1, max = 1000 }
    batch_size    = { type = "integer", min = 1, max = 1024 }
    channels      = { type = "integer", min = 1, max = 256 }
    dropout       = { type = "number", min = 0, max = 0.9 }
    momentum      = { type = "number", min = 0, max = 0.999 }
    seed          = { type = "integer", min = 0, max = 1000000 }
  }
  nullable = false
  validation {
    condition     = alltrue([for item in values(var.hyperparameters) : contains(["integer", "number", "text"], item.type)])
    error_message = "hyperparameters must have a type of integer, number or text. Given: ${jsonencode(var.hyperparameters)}."
  }
}

variable "metrics" {
  description = "As in module backend-sagemaker."
  type        = map(string)
  default = {
    epoch               = "epoch=([0-9]+)/"
    train_loss          = "train_loss=([0-9.]+)"
    validation_loss     = "validation_loss=([0-9.]+)"
    validation_accuracy = "validation_accuracy=([0-9.]+)"
  }
  nullable = false
}

variable "objective" {
  description = "The `metric` to compare, and as `goal` whether the highest or the lowest value is best."
  type        = object({ metric = string, goal = string })
  default     = { metric = "validation_accuracy", goal = "highest" }
  nullable    = false
  validation {
    condition     = contains(["highest", "lowest"], var.objective.goal)
    error_message = "objective.goal must be highest or lowest. Given: \"${var.objective.goal}\"."
  }
}

variable "limits" {
  description = <<-EOT
    Limits of a sweep.

    - `max_trainings`: how many trainings it may have.
    - `max_concurrency`: how many at once.
    - `heartbeat_seconds`, `timeout_seconds`: of each training, as in module activity.
  EOT
  type = object({
    max_trainings     = optional(number, 100)
    max_concurrency   = optional(number, 4)
    heartbeat_seconds = optional(number, 900)
    timeout_seconds   = optional(number, 21600)
  })
  default  = {}
  nullable = false
  validation {
    # A sweep's trainings must fit into a state's 256 KiB of data; an inline Map runs at most 40 iterations at once.
    condition     = var.limits.max_trainings >= 1 && var.limits.max_trainings <= 200 && var.limits.max_concurrency >= 1 && var.limits.max_concurrency <= 40
    error_message = "limits must have max_trainings from 1 to 200 and max_concurrency from 1 to 40. Given: ${var.limits.max_trainings} and ${var.limits.max_concurrency}."
  }
}
