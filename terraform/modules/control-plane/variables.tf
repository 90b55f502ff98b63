variable "name" {
  description = <<-EOT
    Name of the stack. What belongs to it begins with NAME-: activities, task and job definitions, log groups, roles. No
    stack's name may begin with another's and a `-`.
  EOT
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 40 lower-case letters, digits or -, starting with a letter and not ending in -. Given: \"${var.name}\"."
  }
}

variable "packages" {
  description = <<-EOT
    The built zips of the stack's functions, dispatcher, reporter, reconciler, poller and listener: in a folder, or in a bucket of
    the stack's region already, as `make release` lists them in packages.json.

    - `dir`: the folder, whose zips the stack uploads to a bucket of its own.
    - `bucket`, `zips`: name of the bucket, and by function the `key` of the zip and as `hash` its SHA-256 in base64.
  EOT
  type = object({
    dir    = optional(string)
    bucket = optional(string)
    zips   = optional(map(object({ key = string, hash = string })), {})
  })
  nullable = false
  validation {
    condition     = (var.packages.dir == null) != (var.packages.bucket == null)
    error_message = "packages must have dir or bucket, but not both. Given: ${jsonencode(var.packages)}."
  }
}

variable "backends" {
  description = "Where jobs of the stack may run, which is what its functions are permitted: `lambda`, `ecs`, `batch`, `sagemaker`."
  type        = set(string)
  default     = ["lambda", "ecs", "batch", "sagemaker"]
  nullable    = false
  validation {
    condition     = length(var.backends) > 0 && length(setsubtract(var.backends, ["lambda", "ecs", "batch", "sagemaker"])) == 0
    error_message = "backends must have at least one of lambda, ecs, batch and sagemaker, and nothing else. Given: ${join(", ", var.backends)}."
  }
}

variable "wake_ups" {
  description = <<-EOT
    What may announce tasks besides requests and callbacks; see docs/wake-up.md.

    - `poll`: creates the poller.
    - `logs`: creates the listener.
  EOT
  type        = set(string)
  default     = []
  nullable    = false
  validation {
    condition     = length(setsubtract(var.wake_ups, ["poll", "logs"])) == 0
    error_message = "wake_ups may only contain poll and logs. Given: ${join(", ", var.wake_ups)}."
  }
}

variable "network" {
  description = <<-EOT
    Where containers run unless their activity says otherwise. null: each activity says. {}: a small network is created.

    - `vpc_id`, `subnets`, `assign_public_ip`: an existing network, as in module network.
    - `security_groups`: IDs of the jobs' security groups. []: one is created that lets everything out and nothing in.
    - `max_cpus`: how many vCPUs the stack's own Batch queue uses at most.
  EOT
  type = object({
    vpc_id           = optional(string)
    subnets          = optional(list(string), [])
    security_groups  = optional(list(string), [])
    assign_public_ip = optional(bool, false)
    max_cpus         = optional(number, 16)
  })
  default = null
  validation {
    condition     = try(var.network.vpc_id, null) != null || length(concat(try(var.network.subnets, []), try(var.network.security_groups, []))) == 0
    error_message = "network must have a vpc_id if it has subnets or security_groups. Given: ${jsonencode(var.network)}."
  }
  validation {
    condition     = try(var.network.vpc_id, null) == null || length(try(var.network.subnets, [])) > 0
    error_message = "network must have one or more subnets if it has a vpc_id. Given: ${jsonencode(var.network)}."
  }
  validation {
    condition     = try(var.network.max_cpus, 1) >= 1 && floor(try(var.network.max_cpus, 1)) == try(var.network.max_cpus, 1)
    error_message = "network.max_cpus must be a whole number of at least 1. Given: ${try(var.network.max_cpus, "null")}."
  }
}

variable "existing" {
  description = <<-EOT
    What exists already, or has another name than NAME-*, by name. `*` at the end stands for any text.

    - `cluster`: the ECS cluster where jobs run; none is created.
    - `job_queue`: the Batch queue where jobs run; none is created.
    - `data_bucket`: the bucket for large inputs and outputs, under tasks/; none is created, and its policy, encryption and
      lifecycle stay yours.
    - `clusters`, `job_queues`: others where jobs may run, or have run.
    - `state_machines`: those that use the stack's activities: the jobs of their aborted, timed out and failed executions
      are stopped at once (others at their next heartbeat, within a minute or two), those of redriven ones start at once.
      Callbacks and `overflow_after_seconds` do not work without.
  EOT
  type = object({
    cluster        = optional(string)
    job_queue      = optional(string)
    data_bucket    = optional(string)
    clusters       = optional(list(string), [])
    job_queues     = optional(list(string), [])
    state_machines = optional(list(string), [])
  })
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for name in [var.existing.cluster, var.existing.job_queue] : name == null ? true : can(regex("^[a-zA-Z0-9_-]+$", name))])
    error_message = "existing.cluster and existing.job_queue must be null or names, not ARNs, of letters, digits, - and _. Given: ${jsonencode([var.existing.cluster, var.existing.job_queue])}."
  }
  validation {
    condition     = var.existing.data_bucket == null ? true : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.existing.data_bucket))
    error_message = "existing.data_bucket must be null or the name of a bucket. Given: \"${coalesce(var.existing.data_bucket, "null")}\"."
  }
  validation {
    condition     = alltrue([for name in concat(var.existing.clusters, var.existing.job_queues, var.existing.state_machines) : can(regex("^[a-zA-Z0-9_-]+\\*?$", name))])
    error_message = "existing must have names of letters, digits, - and _, with a * at most at the end. Given: ${jsonencode(var.existing)}."
  }
}

variable "tags" {
  description = "Tags for every resource of the stack and of its activities."
  type        = map(string)
  default     = {}
  nullable    = false
}
