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
