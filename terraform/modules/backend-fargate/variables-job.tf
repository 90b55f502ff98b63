variable "timeout_seconds" {
  description = <<-EOT
    How long the worker lets its program run, in seconds. ECS has no such limit: a container that knows nothing of
    tasks runs until it ends or is stopped. null: no limit.
  EOT
  type        = number
  default     = null
  validation {
    condition     = var.timeout_seconds == null ? true : var.timeout_seconds >= 1 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be null or a whole number of at least 1. Given: ${var.timeout_seconds == null ? "null" : var.timeout_seconds}."
  }
}

variable "worker" {
  description = <<-EOT
    What a job needs to report its own outcome: job_environment and job_policy_json of module dispatcher. null: a
    container that knows nothing of tasks.
  EOT
  type        = object({ environment = map(string), policy_json = string })
  default     = null
}

variable "policies" {
  description = "Further permissions of the job: policy documents in JSON, by name."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = !contains(keys(var.policies), "worker")
    error_message = "policies must not use the name worker, which is taken by worker.policy_json. Given: ${join(", ", keys(var.policies))}."
  }
  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement. Invalid: ${join(", ", [for name, policy in var.policies : name if !can(jsondecode(policy).Statement)])}."
  }
}

variable "repository_arns" {
  description = "ARNs of the ECR repositories that hold the image. []: a public image."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.repository_arns : can(regex("^arn:[^:]+:ecr:[^:]+:[0-9]{12}:repository/[^*]+$", arn))])
    error_message = "repository_arns must be arn:aws:ecr:REGION:ACCOUNT:repository/NAME. Given: ${join(", ", var.repository_arns)}."
  }
}
