variable "name" {
  description = "Name of the stack: queue, table and function are named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,50}$", var.name))
    error_message = "name must be 1 to 50 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "packages" {
  description = "The built zips of dispatcher, reporter and reconciler in S3. hash is the zip's SHA-256 in base64."
  type = object({
    dispatcher = object({ bucket = string, key = string, hash = string })
    reporter   = object({ bucket = string, key = string, hash = string })
    reconciler = object({ bucket = string, key = string, hash = string })
  })
}

variable "activities" {
  description = "The activities to serve, by a name of yours. backend is a key of backends; allowed_overrides names what a task's \"job\" object may set; max_concurrent_jobs: more tasks wait as ActivityScheduled, null: no limit; max_queue_seconds: a job that waits longer until it runs fails with Dispatch.QueueTimeout, null: no limit."
  type = map(object({
    arn                 = string
    backend             = string
    heartbeat_seconds   = number
    timeout_seconds     = number
    allowed_overrides   = optional(list(string), [])
    max_concurrent_jobs = optional(number)
    max_queue_seconds   = optional(number)
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
  validation {
    # An item of the table holds the slots' holders: with more each start would cost a write of over 200 units.
    condition     = alltrue([for activity in var.activities : activity.max_concurrent_jobs == null ? true : activity.max_concurrent_jobs >= 1 && activity.max_concurrent_jobs <= 5000 && floor(activity.max_concurrent_jobs) == activity.max_concurrent_jobs])
    error_message = "activities must have null or a whole number from 1 to 5000 as max_concurrent_jobs. Given: ${jsonencode({ for key, activity in var.activities : key => activity.max_concurrent_jobs })}."
  }
  validation {
    condition     = alltrue([for activity in var.activities : activity.max_queue_seconds == null ? true : activity.max_queue_seconds >= 60 && floor(activity.max_queue_seconds) == activity.max_queue_seconds])
    error_message = "activities must have null or a whole number from 60 as max_queue_seconds. Given: ${jsonencode({ for key, activity in var.activities : key => activity.max_queue_seconds })}."
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
    condition     = length(setintersection(keys(var.backends), ["executions", "reconciler"])) == 0
    error_message = "backends must not have the keys executions and reconciler, which other rules are named after. Given: ${join(", ", keys(var.backends))}."
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
