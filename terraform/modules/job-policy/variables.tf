variable "stack" {
  description = "The stack's handle: output \"handle\" of module control-plane, stack or lookup."
  type = object({
    prefix         = string
    partition      = string
    region         = string
    account        = string
    state_machines = list(string)
    queue          = object({ arn = string })
    table          = object({ arn = string })
    bucket         = object({ arn = string })
    kms_key_arns   = list(string)
    reporter_arn   = string
  })
}

variable "activities" {
  description = "Names of the activities whose tasks the jobs may answer for, without the stack's name."
  type        = list(string)
  validation {
    # A * would be a pattern in the policy.
    condition     = length(var.activities) > 0 && alltrue([for name in var.activities : can(regex("^[a-zA-Z0-9_-]{1,60}$", name))])
    error_message = "activities must have at least one name, each of 1 to 60 letters, digits, - or _. Given: ${join(", ", var.activities)}."
  }
}

variable "callbacks" {
  description = "Whether callback targets are among them: their tokens are answered with permission on the state machines."
  type        = bool
  default     = false
  nullable    = false
}

variable "kind" {
  description = "What the jobs are: container or function."
  type        = string
  default     = "container"
  nullable    = false
  validation {
    condition     = contains(["container", "function"], var.kind)
    error_message = "kind must be container or function. Given: \"${var.kind}\"."
  }
}

variable "warm" {
  description = "Whether the jobs take further tasks of their activities: warm workers, in containers only."
  type        = bool
  default     = false
  nullable    = false
}
