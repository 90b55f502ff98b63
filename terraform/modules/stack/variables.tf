variable "name" {
  description = "Name of the stack: everything in it is named after it."
  type        = string
  validation {
    # Bucket names have 63 characters: name, purpose, account and region.
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits or -, a letter first, no - at the end. Given: \"${var.name}\"."
  }
}

variable "packages_dir" {
  description = "Folder of the built zips: dispatcher.zip, reporter.zip, reconciler.zip, poller.zip and listener.zip, and with the example prepare.zip, process.zip, publish.zip and reduce.zip, with training sweep.zip. The stack uploads them to a bucket of its own. null: packages."
  type        = string
  default     = null
  validation {
    condition     = (var.packages_dir == null) != (var.packages == null)
    error_message = "packages_dir or packages must be given, and not both. Given: ${var.packages_dir == null ? "neither" : "both"}."
  }
  validation {
    condition     = var.packages_dir == null ? true : alltrue([for name in local.zips : fileexists("${var.packages_dir}/${name}.zip")])
    error_message = "packages_dir must hold ${join(", ", [for name in local.zips : "${name}.zip"])}: run \"make zip\". Given: \"${coalesce(var.packages_dir, "null")}\"."
  }
}

variable "packages" {
  description = "Zips that lie in a bucket of the stack's region already, as \"make release\" tells them in packages.json: by the function's name the key, and the SHA-256 in base64. Those that packages_dir would hold. null: packages_dir."
  type = object({
    bucket = string
    zips   = map(object({ key = string, hash = string }))
  })
  default = null
  validation {
    condition     = var.packages == null ? true : length(setsubtract(local.zips, keys(var.packages.zips))) == 0
    error_message = "packages.zips must have ${join(", ", local.zips)}. Given: ${jsonencode(try(keys(var.packages.zips), null))}."
  }
  validation {
    condition     = alltrue([for zip in values(try(var.packages.zips, {})) : can(regex("^[A-Za-z0-9+/]{43}=$", zip.hash))])
    error_message = "packages.zips must have a SHA-256 in base64, 44 characters, as hash. Given: ${jsonencode(try(var.packages.zips, null))}."
  }
}

variable "example" {
  description = "The example: functions prepare, process, publish and reduce, one state machine for each backend, and one that fans out to jobs on fan_out_backend, so many at once. max_concurrent_jobs: of its activity lambda. null: no example."
  type = object({
    max_concurrent_jobs     = optional(number)
    fan_out_backend         = optional(string, "lambda")
    fan_out_max_concurrency = optional(number, 10)
  })
  default = null
  validation {
    condition     = var.example == null ? true : contains(concat(["lambda"], local.container_backends), var.example.fan_out_backend)
    error_message = "example.fan_out_backend must be a backend of the stack: ${join(", ", concat(["lambda"], local.container_backends))}. Given: \"${try(var.example.fan_out_backend, "null")}\"."
  }
  validation {
    # Step Functions runs no more than 40 at once in a Map of this kind.
    condition     = var.example == null ? true : var.example.fan_out_max_concurrency >= 1 && var.example.fan_out_max_concurrency <= 40 && floor(var.example.fan_out_max_concurrency) == var.example.fan_out_max_concurrency
    error_message = "example.fan_out_max_concurrency must be a whole number from 1 to 40. Given: ${try(var.example.fan_out_max_concurrency, "null")}."
  }
}

variable "lambda_activities" {
  description = "Your functions behind activities, by a name of yours: the activity is NAME-KEY. role_name: the function's role, to attach the worker's policy to; null if you attach it (output worker_policy_json); report_failures: only then, once it is attached, so that invocations that died are told of. The others as in module dispatcher."
  type = map(object({
    function_arn           = string
    role_name              = optional(string)
    heartbeat_seconds      = optional(number, 180)
    timeout_seconds        = optional(number, 3600)
    allowed_overrides      = optional(list(string), [])
    max_concurrent_jobs    = optional(number)
    max_queue_seconds      = optional(number, 900)
    wake_up                = optional(string, "requests")
    pollers                = optional(number, 2)
    overflow_after_seconds = optional(number)
    report_failures        = optional(bool, false)
  }))
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for key in keys(var.lambda_activities) : can(regex("^[a-zA-Z0-9_-]{1,30}$", key)) && !contains(["lambda", "fargate", "batch", "sagemaker", "training-batch", "training-sagemaker"], key)])
    error_message = "lambda_activities must have keys of 1 to 30 letters, digits, - or _, and not lambda, fargate, batch, sagemaker, training-batch or training-sagemaker, which are the stack's own. Given: ${join(", ", keys(var.lambda_activities))}."
  }
  validation {
    condition     = alltrue([for activity in var.lambda_activities : activity.heartbeat_seconds >= 1 && activity.heartbeat_seconds < activity.timeout_seconds])
    error_message = "lambda_activities must have heartbeat_seconds from 1 and below timeout_seconds. Given: ${join(", ", [for key, activity in var.lambda_activities : "${key}: ${activity.heartbeat_seconds} and ${activity.timeout_seconds}"])}."
  }
  validation {
    condition     = length(var.lambda_activities) > 0 || length([for one in [var.example, var.fargate, var.batch, var.sagemaker, var.training] : one if one != null]) > 0
    error_message = "lambda_activities must hold at least one activity when there are no example, fargate, batch, sagemaker and training. Given: none."
  }
}
