variable "stack" {
  description = "The stack's handle: output \"handle\" of module control-plane, stack or lookup."
  type = object({
    name           = string
    prefix         = string
    partition      = string
    region         = string
    account        = string
    iam            = object({ job_path = string, permissions_boundary_arn = optional(string) })
    table          = object({ arn = string })
    reconciler_arn = string
  })
  validation {
    condition     = var.stack.iam.permissions_boundary_arn != null
    error_message = "stack must have a permissions boundary (iam.permissions_boundary_arn): without one a team could give its roles any permission. Given: null."
  }
}

variable "team" {
  description = "What the names of the team's activities and callback targets begin with, before a `-`. No team's may begin with another's and a `-`."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9]([a-zA-Z0-9_-]{0,28}[a-zA-Z0-9])?$", var.team))
    error_message = "team must be 1 to 30 letters, digits, - or _, and neither begin nor end with - or _. Given: \"${var.team}\"."
  }
}

variable "function_arns" {
  description = "ARNs of the team's functions that are behind activities; `*` at the end stands for any text."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.function_arns : can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[a-zA-Z0-9_-]+\\*?$", arn))])
    error_message = "function_arns must be arn:aws:lambda:REGION:ACCOUNT:function:NAME, with a * at most at the end. Given: ${join(", ", var.function_arns)}."
  }
}

variable "function_role_arns" {
  description = "ARNs of these functions' roles, which have the stack's permissions boundary: each gets the policy that a function needs to report."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.function_role_arns : can(regex("^arn:[^:]+:iam::[0-9]{12}:role/[a-zA-Z0-9_+=,.@/-]+\\*?$", arn))])
    error_message = "function_role_arns must be arn:aws:iam::ACCOUNT:role/NAME, with a * at most at the end. Given: ${join(", ", var.function_role_arns)}."
  }
}

variable "handle_parameter" {
  description = "Name of the SSM parameter that has the handle, if the stack gave it another one (names.handle). null: /activity-dispatch/NAME."
  type        = string
  default     = null
}
