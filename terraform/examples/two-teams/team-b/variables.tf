variable "function_arn" {
  description = "ARN of the function behind the activity."
  type        = string
}

variable "role_name" {
  description = "Name of the function's role: the policy that it needs to report is attached to it."
  type        = string
}
