variable "name" {
  description = "Name of the stack: queue, table and function are named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,50}$", var.name))
    error_message = "name must be 1 to 50 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "packages" {
  description = "The built zips of dispatcher and reporter in S3. hash is the zip's SHA-256 in base64."
  type = object({
    dispatcher = object({ bucket = string, key = string, hash = string })
    reporter   = object({ bucket = string, key = string, hash = string })
  })
}

variable "activities" {
  description = "The activities to serve, by a name of yours. backend is a key of backends; allowed_overrides names what a task's \"job\" object may set."
  type = map(object({
    arn               = string
    backend           = string
    heartbeat_seconds = number
    timeout_seconds   = number
    allowed_overrides = optional(list(string), [])
  }))
  validation {
    condition     = length(var.activities) > 0
    error_message = "activities must hold at least one activity. Given: none."
  }
  validation {
    condition     = alltrue([for activity in var.activities : can(regex("^arn:[^:]+:states:[^:]+:[0-9]{12}:activity:[^:]+$", activity.arn))])
    error_message = "activities must have arn = arn:aws:states:REGION:ACCOUNT:activity:NAME. Given: ${join(", ", [for activity in var.activities : activity.arn])}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.heartbeat_seconds >= 1 && activity.heartbeat_seconds < activity.timeout_seconds])
    error_message = "activities must have heartbeat_seconds from 1 and below timeout_seconds. Given: ${join(", ", [for key, activity in var.activities : "${key}: ${activity.heartbeat_seconds} and ${activity.timeout_seconds}"])}."
  }
}

variable "backends" {
  description = "Where jobs run, by a name of yours: the output \"backend\" of the backend modules."
  type = map(object({
    name               = string
    config             = string
    policy_json        = string
    report_policy_json = optional(string)
    event_pattern      = optional(string)
  }))
  # Here and not with activities: the workers' policy needs those, and a function behind a backend needs the policy.
  validation {
    condition     = alltrue([for activity in var.activities : contains(keys(var.backends), activity.backend)])
    error_message = "backends must have every backend that activities name. Given: ${join(", ", keys(var.backends))}. Missing: ${join(", ", setsubtract([for activity in var.activities : activity.backend], keys(var.backends)))}."
  }
  validation {
    condition     = alltrue([for backend in var.backends : can(keys(jsondecode(backend.config)))])
    error_message = "backends must have a JSON object as config. Given: ${join(", ", [for key, backend in var.backends : "${key}: ${backend.config}"])}."
  }
  validation {
    condition     = alltrue([for backend in var.backends : alltrue([for policy in compact([backend.policy_json, backend.report_policy_json]) : can(jsondecode(policy).Statement)])])
    error_message = "backends must have policy documents in JSON as policy_json and report_policy_json. Refused: ${join(", ", [for key, backend in var.backends : key if !alltrue([for policy in compact([backend.policy_json, backend.report_policy_json]) : can(jsondecode(policy).Statement)])])}."
  }
  validation {
    condition     = alltrue([for backend in var.backends : backend.event_pattern == null ? true : can(jsondecode(backend.event_pattern).source)])
    error_message = "backends must have null or a JSON object with source as event_pattern. Given: ${join(", ", [for key, backend in var.backends : "${key}: ${coalesce(backend.event_pattern, "null")}"])}."
  }
  validation {
    condition     = alltrue([for key in keys(var.backends) : length("${var.name}-${key}") <= 64])
    error_message = "backends must have keys that make at most 64 characters with the name and a -, the most that a rule's name has. Refused: ${join(", ", [for key in keys(var.backends) : key if length("${var.name}-${key}") > 64])}."
  }
}

variable "payload_bucket" {
  description = "Where inputs and outputs wait that are too large for Step Functions, under tasks/."
  type        = object({ name = string, arn = string })
  validation {
    condition     = can(regex("^arn:[^:]+:s3:::[^/]+$", var.payload_bucket.arn))
    error_message = "payload_bucket.arn must be arn:aws:s3:::NAME. Given: \"${var.payload_bucket.arn}\"."
  }
}

variable "max_dispatchers" {
  description = "How many invocations of the dispatcher run at once at most; each handles up to 10 requests."
  type        = number
  default     = 20
  nullable    = false
  validation {
    condition     = var.max_dispatchers >= 2 && var.max_dispatchers <= 1000 && floor(var.max_dispatchers) == var.max_dispatchers
    error_message = "max_dispatchers must be a whole number from 2 to 1000. Given: ${var.max_dispatchers}."
  }
}

variable "task_retention_days" {
  description = "How long a settled task stays in the task table, in days."
  type        = number
  default     = 7
  nullable    = false
  validation {
    condition     = var.task_retention_days >= 1 && var.task_retention_days <= 365 && floor(var.task_retention_days) == var.task_retention_days
    error_message = "task_retention_days must be a whole number from 1 to 365. Given: ${var.task_retention_days}."
  }
}

variable "deletion_protection" {
  description = "Whether the task table refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "kms_key_arn" {
  description = "Customer key for task table, log group and environment variables, and the key of the payload bucket. null: AWS's own keys."
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "log_retention_days" {
  description = "How long logs are kept, in days: a period CloudWatch Logs offers."
  type        = number
  default     = 30
  nullable    = false
}

variable "alarm_actions" {
  description = "What an alarm notifies: ARNs, of SNS topics for example."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
