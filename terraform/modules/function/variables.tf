variable "name" {
  description = "Name of the function, of its role and of its log group."
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
  description = "Where the code starts: MODULE.FUNCTION, as in \"dispatcher.handler.handle\"."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_]+(\\.[a-zA-Z0-9_]+)+$", var.handler)) && length(var.handler) <= 128
    error_message = "handler must be MODULE.FUNCTION, at most 128 characters. Given: \"${var.handler}\"."
  }
}

variable "package" {
  description = "The built zip in S3. hash is the zip's SHA-256 in base64: a new hash is a new deployment."
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
    error_message = "environment must have names of 2 or more letters, digits or _, a letter first. Given: ${join(", ", keys(var.environment))}."
  }
}

variable "policies" {
  description = "What the function may do: policy documents in JSON, by name. Writing its own logs is always allowed."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement. Refused: ${join(", ", [for name, policy in var.policies : name if !can(jsondecode(policy).Statement)])}."
  }
}

variable "timeout_seconds" {
  description = "How long one invocation may run, in seconds."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = var.timeout_seconds >= 1 && var.timeout_seconds <= 900 && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be a whole number from 1 to 900. Given: ${var.timeout_seconds}."
  }
}

variable "memory_mb" {
  description = "Memory in MB. CPU grows with it: 1,769 MB is one whole vCPU."
  type        = number
  default     = 256
  nullable    = false
  validation {
    condition     = var.memory_mb >= 128 && var.memory_mb <= 10240 && floor(var.memory_mb) == var.memory_mb
    error_message = "memory_mb must be a whole number from 128 to 10240. Given: ${var.memory_mb}."
  }
}

variable "architecture" {
  description = "Processor: arm64 costs less, x86_64 for code that needs it."
  type        = string
  default     = "arm64"
  nullable    = false
  validation {
    condition     = contains(["arm64", "x86_64"], var.architecture)
    error_message = "architecture must be arm64 or x86_64. Given: \"${var.architecture}\"."
  }
}

variable "reserved_concurrency" {
  description = "Invocations that may run at once, taken out of the account's pool. null: no limit of its own; 0: switched off."
  type        = number
  default     = null
  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 0 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "reserved_concurrency must be null or a whole number from 0. Given: ${var.reserved_concurrency == null ? "null" : var.reserved_concurrency}."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept, in days."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a period CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653. Given: ${var.log_retention_days}."
  }
}

variable "kms_key_arn" {
  description = "Customer key for the log group and the environment variables. Its key policy must allow CloudWatch Logs. null: AWS's own keys."
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "alarm_actions" {
  description = "What an alarm notifies: ARNs, of SNS topics for example."
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for arn in var.alarm_actions : startswith(arn, "arn:")])
    error_message = "alarm_actions must be ARNs. Given: ${join(", ", var.alarm_actions)}."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces the invocations, a share of them, which is charged by the trace."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
