variable "name" {
  description = "Name of the stack; everything in it is named after it."
  type        = string
  validation {
    # A bucket name, made of name, purpose, account and region, has at most 63 characters.
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits or -, starting with a letter and not ending in -. Given: \"${var.name}\"."
  }
}

variable "packages_dir" {
  description = <<-EOT
    Folder of the built zips, which the stack uploads to its own bucket. null: use `packages`.

    - always: dispatcher.zip, reporter.zip, reconciler.zip, poller.zip and listener.zip;
    - with `example`: prepare.zip, process.zip, publish.zip and reduce.zip;
    - with `training`: sweep.zip.
  EOT
  type        = string
  default     = null
  validation {
    condition     = (var.packages_dir == null) != (var.packages == null)
    error_message = "packages_dir or packages must be set, but not both. Given: ${var.packages_dir == null ? "neither" : "both"}."
  }
  validation {
    condition     = var.packages_dir == null ? true : alltrue([for name in local.zips : fileexists("${var.packages_dir}/${name}.zip")])
    error_message = "packages_dir must contain ${join(", ", [for name in local.zips : "${name}.zip"])}: run \"make zip\". Given: \"${coalesce(var.packages_dir, "null")}\"."
  }
}

variable "packages" {
  description = <<-EOT
    The same zips, already in a bucket of the stack's region, as `make release` lists them in packages.json. null:
    use `packages_dir`.

    - `bucket`: name of the bucket.
    - `zips`: by function name, the `key` of the zip and as `hash` its SHA-256 in base64.
  EOT
  type = object({
    bucket = string
    zips   = map(object({ key = string, hash = string }))
  })
  default = null
  validation {
    condition     = var.packages == null ? true : length(setsubtract(local.zips, keys(var.packages.zips))) == 0
    error_message = "packages.zips must contain ${join(", ", local.zips)}. Given: ${jsonencode(try(keys(var.packages.zips), null))}."
  }
  validation {
    condition     = alltrue([for zip in values(try(var.packages.zips, {})) : can(regex("^[A-Za-z0-9+/]{43}=$", zip.hash))])
    error_message = "packages.zips must have a SHA-256 in base64 (44 characters) as hash. Given: ${jsonencode(try(var.packages.zips, null))}."
  }
}

variable "example" {
  description = <<-EOT
    The example: functions prepare, process, publish and reduce, one state machine for each backend, and one that
    fans out. null: no example.

    - `max_concurrent_jobs`: limit of its activity lambda. null: no limit.
    - `fan_out_backend`: the backend whose jobs the fan-out starts.
    - `fan_out_max_concurrency`: limit of those jobs at once.
  EOT
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
    # Step Functions runs at most 40 iterations of an inline Map at once.
    condition     = var.example == null ? true : var.example.fan_out_max_concurrency >= 1 && var.example.fan_out_max_concurrency <= 40 && floor(var.example.fan_out_max_concurrency) == var.example.fan_out_max_concurrency
    error_message = "example.fan_out_max_concurrency must be a whole number from 1 to 40. Given: ${try(var.example.fan_out_max_concurrency, "null")}."
  }
}

variable "lambda_activities" {
  description = <<-EOT
    Your functions behind activities, by a name of your choice; the activity is called NAME-KEY.

    - `function_arn`: ARN of the function.
    - `role_name`: the function's role, to attach the worker's policy to. null: attach output `worker_policy_json`
      yourself.
    - `report_failures`: set it once you have attached that policy yourself, so that invocations that died are
      reported.
    - `heartbeat_seconds`, `timeout_seconds`, `allowed_overrides`, `max_concurrent_jobs`, `max_queue_seconds`,
      `wake_up`, `pollers`, `overflow_after_seconds`: as in module dispatcher.
  EOT
  type = map(object({
    function_arn           = string
    role_name              = optional(string)
    heartbeat_seconds      = optional(number, 300)
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
    error_message = "lambda_activities must have keys of 1 to 30 letters, digits, - or _, but not lambda, fargate, batch, sagemaker, training-batch or training-sagemaker, which the stack itself uses. Given: ${join(", ", keys(var.lambda_activities))}."
  }
  validation {
    condition     = alltrue([for activity in var.lambda_activities : activity.heartbeat_seconds >= 1 && activity.heartbeat_seconds < activity.timeout_seconds])
    error_message = "lambda_activities must have a heartbeat_seconds of at least 1 and below timeout_seconds. Given: ${join(", ", [for key, activity in var.lambda_activities : "${key}: ${activity.heartbeat_seconds} and ${activity.timeout_seconds}"])}."
  }
  validation {
    condition     = length(var.lambda_activities) > 0 || length([for one in [var.example, var.fargate, var.batch, var.sagemaker, var.training] : one if one != null]) > 0
    error_message = "lambda_activities must have at least one activity if example, fargate, batch, sagemaker and training are all null. Given: none."
  }
}
