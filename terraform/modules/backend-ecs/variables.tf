variable "stack" {
  description = "The stack's handle: output \"handle\" of module control-plane, stack or lookup."
  type = object({
    name               = string
    prefix             = string
    partition          = string
    region             = string
    account            = string
    state_machines     = list(string)
    iam                = object({ job_path = string, permissions_boundary_arn = optional(string) })
    queue              = object({ arn = string })
    table              = object({ arn = string })
    bucket             = object({ arn = string })
    kms_key_arn        = optional(string)
    kms_key_arns       = list(string)
    reporter_arn       = string
    cluster_arn        = optional(string)
    network            = optional(object({ subnets = list(string), security_groups = list(string), assign_public_ip = bool }))
    job_environment    = map(string)
    log_retention_days = number
    tags               = map(string)
  })
}

variable "name" {
  description = "Name of the backend: with the stack's name before it, that of its task definition, roles and log group."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,51}$", var.name))
    error_message = "name must be 1 to 51 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "activities" {
  description = <<-EOT
    Names of the activities whose tasks the jobs may answer for: each is the backend's name, or begins with it and a `-`. null:
    the one of the backend's name.
  EOT
  type        = list(string)
  default     = null
}

variable "callbacks" {
  description = "Whether callback targets are among them."
  type        = bool
  default     = false
  nullable    = false
}

variable "timeout_seconds" {
  description = "Limit from dispatch to outcome, in seconds: that of the program too, unless settings.job_timeout_seconds is set."
  type        = number
  default     = 3600
  nullable    = false
}

variable "linger_seconds" {
  description = "For how long a worker that has settled its task asks for the next one, in seconds: docs/running.md. null: not at all."
  type        = number
  default     = null
  validation {
    condition     = var.linger_seconds == null ? true : var.linger_seconds >= 1 && var.linger_seconds <= 600 && floor(var.linger_seconds) == var.linger_seconds
    error_message = "linger_seconds must be null or a whole number from 1 to 600. Given: ${var.linger_seconds == null ? "null" : var.linger_seconds}."
  }
}

variable "max_tasks_per_job" {
  description = "The most tasks that one job does, if linger_seconds is set."
  type        = number
  default     = 100
  nullable    = false
  validation {
    condition     = var.max_tasks_per_job >= 2 && var.max_tasks_per_job <= 10000 && floor(var.max_tasks_per_job) == var.max_tasks_per_job
    error_message = "max_tasks_per_job must be a whole number from 2 to 10000. Given: ${var.max_tasks_per_job}."
  }
}
