variable "stack" {
  description = "The stack's handle: output \"handle\" of module control-plane, stack or lookup."
  type        = any
  validation {
    condition     = try(var.stack.version, null) == 1
    error_message = "stack must be a handle of version 1. Given: ${try(var.stack.version, "no version")}."
  }
}

variable "name" {
  description = "Name of the activity, to which the stack's is added. Who may add what is told by its beginning: docs/modules.md."
  type        = string
  validation {
    # A state's name has at most 80 characters, of which "-RequestDispatch" takes 16; an activity's name too.
    condition     = can(regex("^[a-zA-Z0-9_-]{1,60}$", var.name))
    error_message = "name must be 1 to 60 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

# One of these five says where jobs run. Each object goes to its module whole.
variable "lambda" {
  description = "Jobs are invocations of a function: the settings of module backend-lambda."
  type        = any
  default     = null
}

variable "ecs" {
  description = "Jobs are ECS tasks: the settings of module backend-ecs."
  type        = any
  default     = null
}

variable "batch" {
  description = "Jobs are Batch jobs: the settings of module backend-batch."
  type        = any
  default     = null
}

variable "sagemaker" {
  description = "Jobs are SageMaker training jobs: the settings of module backend-sagemaker."
  type        = any
  default     = null
}

variable "backend" {
  description = "A backend that is made beside the activity, and may serve others: output \"backend\" of a backend module."
  type        = object({ kind = string, name = string, config = string })
  default     = null
}

variable "heartbeat_seconds" {
  description = <<-EOT
    A task without a heartbeat for this long fails with States.HeartbeatTimeout, in seconds. null: 300 for lambda and ecs,
    900 for batch and sagemaker, long enough for a job to start there.
  EOT
  type        = number
  default     = null
  validation {
    condition     = var.heartbeat_seconds == null ? true : floor(var.heartbeat_seconds) == var.heartbeat_seconds
    error_message = "heartbeat_seconds must be null or a whole number. Given: ${var.heartbeat_seconds == null ? "null" : var.heartbeat_seconds}."
  }
}

variable "timeout_seconds" {
  description = "A task that is not settled after this long fails with States.Timeout, in seconds."
  type        = number
  default     = 3600
  nullable    = false
  validation {
    condition     = var.timeout_seconds >= 2 && var.timeout_seconds <= 99999999 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 2 to 99999999. Given: ${var.timeout_seconds}."
  }
}
