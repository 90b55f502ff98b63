variable "attempts" {
  description = <<-EOT
    How often Batch itself runs a job whose host is lost. 1: only once; the Retry of the process state then asks for
    a new job.
  EOT
  type        = number
  default     = 1
  nullable    = false
  validation {
    condition     = var.attempts >= 1 && var.attempts <= 10 && floor(var.attempts) == var.attempts
    error_message = "attempts must be a whole number from 1 to 10. Given: ${var.attempts}."
  }
}

variable "timeout_seconds" {
  description = <<-EOT
    How long one attempt may run, in seconds. After that the worker ends its program, and a minute later Batch ends
    the container. Batch ends a container without a worker at once.
  EOT
  type        = number
  default     = 3600
  nullable    = false
  validation {
    condition     = var.timeout_seconds >= 60 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number of at least 60. Given: ${var.timeout_seconds}."
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
