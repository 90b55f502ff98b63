variable "function_arn" {
  description = "The function that runs the jobs: its ARN, without a version or an alias."
  type        = string
  validation {
    condition     = can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[a-zA-Z0-9_-]+$", var.function_arn))
    error_message = "function_arn must be arn:aws:lambda:REGION:ACCOUNT:function:NAME, without a version or an alias. Given: \"${var.function_arn}\"."
  }
}
