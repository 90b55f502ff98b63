variable "name" {
  description = "Name of the state machine; its role and its log group are named after it."
  type        = string
  validation {
    # A role name has at most 64 characters; "-states" takes 7.
    condition     = can(regex("^[a-zA-Z0-9_-]{1,57}$", var.name))
    error_message = "name must be 1 to 57 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "definition" {
  description = "The definition in Amazon States Language, in JSON."
  type        = string
  validation {
    condition     = can(jsondecode(var.definition).States[jsondecode(var.definition).StartAt])
    error_message = "definition must be JSON with States and a StartAt that names one of them. Given: ${substr(var.definition, 0, 200)}"
  }
}

variable "policies" {
  description = "What the executions may do: policy documents in JSON, by name. They may always deliver logs."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = alltrue([for policy in values(var.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement. Invalid: ${join(", ", [for name, policy in var.policies : name if !can(jsondecode(policy).Statement)])}."
  }
}

variable "log_level" {
  description = "Which history events go to the log group: ALL, ERROR, FATAL or OFF."
  type        = string
  default     = "ALL"
  nullable    = false
  validation {
    condition     = contains(["ALL", "ERROR", "FATAL", "OFF"], var.log_level)
    error_message = "log_level must be ALL, ERROR, FATAL or OFF. Given: \"${var.log_level}\"."
  }
}

variable "include_execution_data" {
  description = "Whether the log also holds inputs and outputs, which may be personal data."
  type        = bool
  default     = false
  nullable    = false
}

variable "log_retention_days" {
  description = "How long to keep logs, in days."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "log_retention_days must be a period that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653. Given: ${var.log_retention_days}."
  }
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of a customer managed key for the log group; its key policy must allow CloudWatch Logs. null: AWS's own key.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "tracing" {
  description = "Whether X-Ray traces a share of the executions. X-Ray charges for each trace."
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
