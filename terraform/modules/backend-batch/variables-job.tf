variable "attempts" {
  description = "How often Batch itself runs a job whose host is lost. 1: never again; the Retry of the process state asks for another job."
  type        = number
  default     = 1
  nullable    = false
  validation {
    condition     = var.attempts >= 1 && var.attempts <= 10 && floor(var.attempts) == var.attempts
    error_message = "attempts must be a whole number from 1 to 10. Given: ${var.attempts}."
  }
}

variable "timeout_seconds" {
  description = "How long one attempt may run, in seconds; then the worker ends its program, or a minute later Batch the container. One without a worker is ended at once."
  type        = number
  default     = 3600
  nullable    = false
  validation {
    condition     = var.timeout_seconds >= 60 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 60. Given: ${var.timeout_seconds}."
  }
}

variable "worker" {
  description = "What a job needs to report for itself: the dispatcher's worker_environment and worker_policy_json. null: a container that knows nothing of tasks."
  type        = object({ environment = map(string), policy_json = string })
  default     = null
}

variable "policies" {
  description = "What else the job may do: policy documents in JSON, by name."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = !contains(keys(var.policies), "worker")
    error_message = "policies must not have the name worker, which is that of worker.policy_json. Given: ${join(", ", keys(var.policies))}."
  }
  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement. Refused: ${join(", ", [for name, policy in var.policies : name if !can(jsondecode(policy).Statement)])}."
  }
}

variable "repository_arns" {
  description = "The ECR repositories that the image is in; none for a public image."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.repository_arns : can(regex("^arn:[^:]+:ecr:[^:]+:[0-9]{12}:repository/[^*]+$", arn))])
    error_message = "repository_arns must be arn:aws:ecr:REGION:ACCOUNT:repository/NAME. Given: ${join(", ", var.repository_arns)}."
  }
}
