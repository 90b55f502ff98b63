variable "stack" {
  description = "The stack's handle: output \"handle\" of module control-plane, stack or lookup."
  type = object({
    name        = string
    prefix      = string
    partition   = string
    region      = string
    account     = string
    iam         = object({ job_path = string, permissions_boundary_arn = optional(string) })
    bucket      = object({ name = string, arn = string })
    kms_key_arn = optional(string)
    tags        = map(string)
  })
}

variable "name" {
  description = "Name of the backend: with the stack's name before it, that of its role."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,52}$", var.name))
    error_message = "name must be 1 to 52 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "timeout_seconds" {
  description = "Limit from dispatch to outcome, in seconds: that of the training too, unless settings.job_timeout_seconds is set."
  type        = number
  default     = 3600
  nullable    = false
}
