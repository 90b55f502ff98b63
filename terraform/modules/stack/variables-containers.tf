variable "fargate" {
  description = <<-EOT
    The activity fargate, whose jobs are ECS tasks on Fargate. null: none.

    - `container`, `size`, `spot`, `cluster`, `former_clusters`: as in module backend-fargate.
    - `repository_arns`, `policies`: as in module backend-fargate.
    - `heartbeat_seconds`: long enough for a container to start.
    - `timeout_seconds`: limit from dispatch to outcome, in seconds.
    - `job_timeout_seconds`: limit of the program alone, in seconds. null: `timeout_seconds`.
    - `allowed_overrides`: what the "job" object of a task may set: `command`, `environment.NAME`, `cpu`, `memory_mb`,
      `timeout_seconds`; docs/contract.md.
    - `max_concurrent_jobs`, `max_queue_seconds`, `wake_up`, `pollers`, `overflow_after_seconds`: as in module
      dispatcher.
  EOT
  type = object({
    container = object({
      image                     = string
      command                   = optional(list(string))
      entrypoint                = optional(list(string))
      environment               = optional(map(string))
      stop_timeout_seconds      = optional(number)
      read_only_root_filesystem = optional(bool)
    })
    size = optional(object({
      cpu                  = optional(number)
      memory_mb            = optional(number)
      ephemeral_storage_gb = optional(number)
      architecture         = optional(string)
    }))
    spot                   = optional(bool)
    cluster                = optional(string)
    former_clusters        = optional(list(string), [])
    repository_arns        = optional(list(string))
    policies               = optional(map(string), {})
    heartbeat_seconds      = optional(number, 300)
    timeout_seconds        = optional(number, 3600)
    job_timeout_seconds    = optional(number)
    allowed_overrides      = optional(list(string), [])
    max_concurrent_jobs    = optional(number)
    max_queue_seconds      = optional(number, 900)
    wake_up                = optional(string, "requests")
    pollers                = optional(number, 2)
    overflow_after_seconds = optional(number)
  })
  default = null
  validation {
    condition     = var.fargate == null ? true : var.fargate.heartbeat_seconds >= 1 && var.fargate.heartbeat_seconds < var.fargate.timeout_seconds
    error_message = "fargate must have a heartbeat_seconds of at least 1 and below timeout_seconds. Given: ${try(var.fargate.heartbeat_seconds, "null")} and ${try(var.fargate.timeout_seconds, "null")}."
  }
  validation {
    condition     = length(setsubtract([for entry in try(var.fargate.allowed_overrides, []) : entry if !can(regex("^environment\\.[A-Za-z_]", entry))], ["command", "cpu", "memory_mb", "timeout_seconds"])) == 0
    error_message = "fargate.allowed_overrides may only contain command, cpu, memory_mb, timeout_seconds, and variables one by one, as environment.NAME or environment.PREFIX*. Given: ${join(", ", try(var.fargate.allowed_overrides, []))}."
  }
}

variable "batch" {
  description = <<-EOT
    The activity batch, whose jobs are Batch jobs. null: none.

    - `container`, `size`, `compute`, `job_queue`, `attempts`: as in module backend-batch.
    - `repository_arns`, `policies`: as in module backend-batch.
    - `heartbeat_seconds`: long enough for a job to get an instance.
    - `timeout_seconds`: limit from dispatch to outcome, in seconds.
    - `job_timeout_seconds`: limit of one attempt, in seconds, at least 60. null: `timeout_seconds`.
    - `allowed_overrides`: what the "job" object of a task may set: `command`, `environment.NAME`, `cpu`, `memory_mb`,
      `gpu`, `timeout_seconds`; docs/contract.md.
    - `max_concurrent_jobs`, `max_queue_seconds`, `wake_up`, `pollers`, `overflow_after_seconds`: as in module
      dispatcher.
  EOT
  type = object({
    container = object({
      image                     = string
      command                   = optional(list(string))
      environment               = optional(map(string))
      read_only_root_filesystem = optional(bool)
    })
    size = optional(object({
      cpu                  = optional(number)
      memory_mb            = optional(number)
      gpus                 = optional(number)
      ephemeral_storage_gb = optional(number)
      architecture         = optional(string)
    }))
    compute = optional(object({
      type           = optional(string)
      spot           = optional(bool)
      max_cpus       = optional(number)
      instance_types = optional(list(string))
    }))
    job_queue              = optional(string)
    attempts               = optional(number)
    repository_arns        = optional(list(string))
    policies               = optional(map(string), {})
    heartbeat_seconds      = optional(number, 900)
    timeout_seconds        = optional(number, 3600)
    job_timeout_seconds    = optional(number)
    allowed_overrides      = optional(list(string), [])
    max_concurrent_jobs    = optional(number)
    max_queue_seconds      = optional(number)
    wake_up                = optional(string, "requests")
    pollers                = optional(number, 2)
    overflow_after_seconds = optional(number)
  })
  default = null
  validation {
    condition     = var.batch == null ? true : var.batch.heartbeat_seconds >= 1 && var.batch.heartbeat_seconds < var.batch.timeout_seconds
    error_message = "batch must have a heartbeat_seconds of at least 1 and below timeout_seconds. Given: ${try(var.batch.heartbeat_seconds, "null")} and ${try(var.batch.timeout_seconds, "null")}."
  }
  validation {
    condition     = length(setsubtract([for entry in try(var.batch.allowed_overrides, []) : entry if !can(regex("^environment\\.[A-Za-z_]", entry))], ["command", "cpu", "memory_mb", "gpu", "timeout_seconds"])) == 0
    error_message = "batch.allowed_overrides may only contain command, cpu, memory_mb, gpu, timeout_seconds, and variables one by one, as environment.NAME or environment.PREFIX*. Given: ${join(", ", try(var.batch.allowed_overrides, []))}."
  }
}

variable "network" {
  description = <<-EOT
    Where containers run: an existing network, as in modules network and backend-fargate. null: with fargate or
    batch, create a small one.
  EOT
  type = object({
    vpc_id           = string
    subnets          = list(string)
    security_groups  = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  default = null
}
