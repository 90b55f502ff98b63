variable "name" {
  description = "Name of the stack; queues, table and functions are named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,49}$", var.name))
    error_message = "name must be 1 to 49 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "packages" {
  description = <<-EOT
    The built zips in S3.

    - `dispatcher`, `reporter`, `reconciler`: always required.
    - `poller`: required if the wake_up of an activity is poll.
    - `listener`: required if the wake_up of an activity is logs.

    `hash` is the SHA-256 of the zip in base64.
  EOT
  type = object({
    dispatcher = object({ bucket = string, key = string, hash = string })
    reporter   = object({ bucket = string, key = string, hash = string })
    reconciler = object({ bucket = string, key = string, hash = string })
    poller     = optional(object({ bucket = string, key = string, hash = string }))
    listener   = optional(object({ bucket = string, key = string, hash = string }))
  })
  validation {
    condition     = alltrue([for mode, package in { poll = var.packages.poller, logs = var.packages.listener } : package != null || !contains(local.modes, mode)])
    error_message = "packages must have poller if the wake_up of an activity is poll, and listener if it is logs. Given: ${join(", ", [for name, package in var.packages : name if package != null])}."
  }
}

variable "backends" {
  description = "Where jobs run, by a name of your choice: the output \"backend\" of the backend modules."
  type = map(object({
    name               = string
    config             = string
    policy_json        = string
    report_policy_json = optional(string)
    event_pattern      = optional(string)
    job_names          = optional(string)
  }))
  # Checked here and not on activities: the workers' policy depends on those, and a function behind a backend on the policy.
  validation {
    condition     = alltrue([for activity in var.activities : contains(keys(var.backends), activity.backend)])
    error_message = "backends must contain every backend that an activity names. Given: ${join(", ", keys(var.backends))}. Missing: ${join(", ", setsubtract([for activity in var.activities : activity.backend], keys(var.backends)))}."
  }
  validation {
    condition     = alltrue([for backend in var.backends : can(keys(jsondecode(backend.config)))])
    error_message = "backends must have a JSON object as config. Given: ${join(", ", [for key, backend in var.backends : "${key}: ${backend.config}"])}."
  }
  validation {
    condition     = alltrue([for backend in var.backends : alltrue([for policy in compact([backend.policy_json, backend.report_policy_json]) : can(jsondecode(policy).Statement)])])
    error_message = "backends must have policy documents in JSON as policy_json and report_policy_json. Invalid: ${join(", ", [for key, backend in var.backends : key if !alltrue([for policy in compact([backend.policy_json, backend.report_policy_json]) : can(jsondecode(policy).Statement)])])}."
  }
  validation {
    condition     = alltrue([for backend in var.backends : backend.event_pattern == null ? true : can(jsondecode(backend.event_pattern).source)])
    error_message = "backends must have an event_pattern that is null or a JSON object with source. Given: ${join(", ", [for key, backend in var.backends : "${key}: ${coalesce(backend.event_pattern, "null")}"])}."
  }
  validation {
    condition     = length(setintersection(keys(var.backends), ["executions", "reconciler", "poller", "jobs-ecs", "jobs-batch", "jobs-sagemaker"])) == 0
    error_message = "backends must not have the keys executions, reconciler, poller, jobs-ecs, jobs-batch or jobs-sagemaker: other rules have those names. Given: ${join(", ", keys(var.backends))}."
  }
  validation {
    condition     = alltrue([for key in keys(var.backends) : length("${var.name}-${key}") <= 64])
    error_message = "backends must have keys short enough for a rule name: NAME-KEY has at most 64 characters. Invalid: ${join(", ", [for key in keys(var.backends) : key if length("${var.name}-${key}") > 64])}."
  }
}

variable "payload_bucket" {
  description = "The bucket that keeps inputs and outputs too large for Step Functions, under tasks/."
  type        = object({ name = string, arn = string })
  validation {
    condition     = can(regex("^arn:[^:]+:s3:::[^/]+$", var.payload_bucket.arn))
    error_message = "payload_bucket.arn must be arn:aws:s3:::NAME. Given: \"${var.payload_bucket.arn}\"."
  }
}
