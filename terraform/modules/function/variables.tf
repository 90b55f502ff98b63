variable "name" {
  description = "Name of the function, its role and its log group."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,64}$", var.name))
    error_message = "name must be 1 to 64 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "description" {
  description = "One line that says what the function does."
  type        = string
  default     = ""
  nullable    = false
  validation {
    condition     = length(var.description) <= 256
    error_message = "description must have at most 256 characters. Given: ${length(var.description)}."
  }
}

variable "handler" {
  description = "Entry point of the code: MODULE.FUNCTION, such as \"dispatcher.handler.handle\"."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_]+(\\.[a-zA-Z0-9_]+)+$", var.handler)) && length(var.handler) <= 128
    error_message = "handler must be MODULE.FUNCTION, at most 128 characters. Given: \"${var.handler}\"."
  }
}

variable "package" {
  description = "The built zip in S3. hash is its SHA-256 in base64: a new hash is a new deployment."
  type        = object({ bucket = string, key = string, hash = string })
  validation {
    condition     = can(regex("^[A-Za-z0-9+/]{43}=$", var.package.hash))
    error_message = "package.hash must be a SHA-256 in base64, 44 characters. Given: \"${var.package.hash}\"."
  }
}

variable "environment" {
  description = "Environment variables of the function."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = alltrue([for key in keys(var.environment) : can(regex("^[a-zA-Z][a-zA-Z0-9_]+$", key))])
    error_message = "environment must have names of 2 or more letters, digits or _, starting with a letter. Given: ${join(", ", keys(var.environment))}."
  }
}

variable "policies" {
  description = "What the function may do: policy documents in JSON, by name. It may always write its own logs."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement. Invalid: ${join(", ", [for name, policy in var.policies : name if !can(jsondecode(policy).Statement)])}."
  }
}

variable "limits" {
  description = <<-EOT
    Limits of an invocation, and of all.

    - `timeout_seconds`: how long one invocation may run. Lambda allows 1,800 s; provider 5.100, and 6 too when this was
      written, refuse more than 900.
    - `memory_mb`: memory in MB. CPU grows with it: 1,769 MB are one whole vCPU.
    - `concurrency`: how many may run at once, reserved from the account's pool. null: no limit of its own; 0: switched off.
  EOT
  type = object({
    timeout_seconds = optional(number, 30)
    memory_mb       = optional(number, 256)
    concurrency     = optional(number)
  })
  default  = {}
  nullable = false
  validation {
    # Lambda Managed Instances, which this module does not use, allow more.
    condition     = var.limits.timeout_seconds >= 1 && var.limits.timeout_seconds <= 1800 && floor(var.limits.timeout_seconds) == var.limits.timeout_seconds
    error_message = "limits.timeout_seconds must be a whole number from 1 to 1800. Given: ${var.limits.timeout_seconds}."
  }
  validation {
    condition     = var.limits.memory_mb >= 128 && var.limits.memory_mb <= 10240 && floor(var.limits.memory_mb) == var.limits.memory_mb
    error_message = "limits.memory_mb must be a whole number from 128 to 10240. Given: ${var.limits.memory_mb}."
  }
  validation {
    condition     = var.limits.concurrency == null ? true : var.limits.concurrency >= 0 && floor(var.limits.concurrency) == var.limits.concurrency
    error_message = "limits.concurrency must be null or a whole number of at least 0. Given: ${var.limits.concurrency == null ? "null" : var.limits.concurrency}."
  }
}

variable "architecture" {
  description = "Processor architecture: arm64, which costs less, or x86_64, for code that needs it."
  type        = string
  default     = "arm64"
  nullable    = false
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64. Given: \"${var.architecture}\"."
  }
}
