variable "vpc" {
  description = <<-EOT
    Subnets and security groups, by ID, for a function that must run in a VPC. It reaches AWS only through a NAT gateway or VPC
    endpoints. null: Lambda's own network.
  EOT
  type        = object({ subnets = list(string), security_groups = list(string) })
  default     = null
  validation {
    condition     = var.vpc == null ? true : length(var.vpc.subnets) > 0 && length(var.vpc.security_groups) > 0
    error_message = "vpc must have at least one subnet and one security group. Given: ${jsonencode(var.vpc)}."
  }
}

variable "iam" {
  description = "Of the function's role: IAM path, and the ARN of its permissions boundary, null for none."
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

variable "logs" {
  description = <<-EOT
    The function's log.

    - `retention_days`: how long to keep it, in days.
    - `class`: STANDARD, or INFREQUENT_ACCESS, which costs half: no metrics are made of its lines, nothing can subscribe to it,
      and only Logs Insights reads it. AWS changes the class of no log group: a change creates another.
  EOT
  type = object({
    retention_days = optional(number, 30)
    class          = optional(string, "STANDARD")
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
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of a customer managed key for the log group and the environment variables; its key policy must allow
    CloudWatch Logs. null: AWS's own keys.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "watching" {
  description = <<-EOT
    How the function is watched.

    - `alarm_actions`: ARNs that alarms notify, such as SNS topics.
    - `tracing`: whether X-Ray traces a share of the invocations. X-Ray charges for each trace.
  EOT
  type = object({
    alarm_actions = optional(list(string), [])
    tracing       = optional(bool, false)
  })
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for arn in var.watching.alarm_actions : startswith(arn, "arn:")])
    error_message = "watching.alarm_actions must be ARNs. Given: ${join(", ", var.watching.alarm_actions)}."
  }
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
