variable "stack" {
  description = "The stack's handle: output \"handle\" of module control-plane, stack or lookup."
  type = object({
    prefix         = string
    partition      = string
    region         = string
    account        = string
    state_machines = list(string)
    starters       = list(string)
    reporter_arn   = string
    queue          = object({ arn = string })
    table          = object({ arn = string })
    bucket         = object({ arn = string })
    kms_key_arns   = list(string)
  })
}

variable "name" {
  description = "Name of the backend: the statements in the function's policy are named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,60}$", var.name))
    error_message = "name must be 1 to 60 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "activities" {
  description = "Names of the activities whose tasks the function may answer for. null: the one of the backend's name."
  type        = list(string)
  default     = null
}

variable "callbacks" {
  description = "Whether callback targets are among them."
  type        = bool
  default     = false
  nullable    = false
}

variable "max_queue_seconds" {
  description = <<-EOT
    How long Lambda keeps a job that it cannot run yet, in seconds. After that the job is dropped and its task fails
    with Dispatch.QueueTimeout. null: Lambda's maximum, six hours.
  EOT
  type        = number
  default     = null
}

variable "settings" {
  description = <<-EOT
    The function.

    - `function_arn`: its ARN, without a version or an alias.
    - `role`: its role, an object with the role's `name`, such as the resource itself, to attach the worker's policy to. null:
      attach output `worker_policy_json` yourself.
    - `report_failures`: set it once you have attached that policy yourself, so that invocations that died are reported.
    - `tags`: besides the stack's.
  EOT
  type = object({
    function_arn    = string
    role            = optional(object({ name = string }))
    report_failures = optional(bool, false)
    tags            = optional(map(string), {})
  })
  validation {
    condition     = can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[a-zA-Z0-9_-]+$", var.settings.function_arn))
    error_message = "function_arn must be arn:aws:lambda:REGION:ACCOUNT:function:NAME, without a version or an alias. Given: \"${var.settings.function_arn}\"."
  }
}
