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

variable "logs" {
  description = <<-EOT
    The log of the executions' histories.

    - `retention_days`: how long to keep it, in days.
    - `class`: STANDARD, or INFREQUENT_ACCESS, which costs half: nothing can subscribe to it, and only Logs Insights reads it. AWS
      changes the class of no log group: a change creates another.
    - `level`: which events it has: ALL, ERROR, FATAL or OFF.
    - `include_execution_data`: whether it also holds inputs and outputs, which may be personal data.
  EOT
  type = object({
    retention_days         = optional(number, 30)
    class                  = optional(string, "STANDARD")
    level                  = optional(string, "ALL")
    include_execution_data = optional(bool, false)
  })
  default  = {}
  nullable = false
  validation {
    condition     = contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.logs.retention_days)
    error_message = "logs.retention_days must be a period that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653. Given: ${var.logs.retention_days}."
  }
  validation {
    condition     = contains(["STANDARD", "INFREQUENT_ACCESS"], var.logs.class)
    error_message = "logs.class must be STANDARD or INFREQUENT_ACCESS. Given: \"${var.logs.class}\"."
  }
  validation {
    condition     = contains(["ALL", "ERROR", "FATAL", "OFF"], var.logs.level)
    error_message = "logs.level must be ALL, ERROR, FATAL or OFF. Given: \"${var.logs.level}\"."
  }
}

variable "listener_arn" {
  description = <<-EOT
    The stack's listener, which hears of tasks from the log, for activities whose wake_up is logs: listener_arn of the stack's
    handle. It needs logs.level ALL. null: nobody hears.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.listener_arn == null ? true : can(regex("^arn:[^:]+:lambda:[^:]+:[0-9]{12}:function:[a-zA-Z0-9_-]+$", var.listener_arn))
    error_message = "listener_arn must be null or arn:aws:lambda:REGION:ACCOUNT:function:NAME. Given: \"${coalesce(var.listener_arn, "null")}\"."
  }
}

variable "iam" {
  description = "Of the executions' role: IAM path, and the ARN of its permissions boundary, null for none."
  type        = object({ path = optional(string, "/"), permissions_boundary_arn = optional(string) })
  default     = {}
  nullable    = false
  validation {
    condition     = can(regex("^/([A-Za-z0-9_.,+@=-]+/)*$", var.iam.path))
    error_message = "iam.path must begin and end with /. Given: \"${var.iam.path}\"."
  }
  validation {
    condition     = var.iam.permissions_boundary_arn == null ? true : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", var.iam.permissions_boundary_arn))
    error_message = "iam.permissions_boundary_arn must be null or arn:aws:iam::ACCOUNT:policy/NAME. Given: \"${coalesce(var.iam.permissions_boundary_arn, "null")}\"."
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
