variable "fargate" {
  description = "The activity fargate: container, size, spot, cluster, repository_arns and policies as in module backend-fargate. heartbeat_seconds: long enough for a container to start. timeout_seconds: from dispatch to outcome; job_timeout_seconds: of the program alone, null: the same. allowed_overrides: what a task's \"job\" object may set, of command, environment, cpu, memory_mb, timeout_seconds. max_concurrent_jobs, max_queue_seconds, wake_up, pollers and overflow_after_seconds as in module dispatcher. null: no such activity."
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
    error_message = "fargate must have heartbeat_seconds from 1 and below timeout_seconds. Given: ${try(var.fargate.heartbeat_seconds, "null")} and ${try(var.fargate.timeout_seconds, "null")}."
  }
  validation {
    condition     = length(setsubtract(try(var.fargate.allowed_overrides, []), ["command", "environment", "cpu", "memory_mb", "timeout_seconds"])) == 0
    error_message = "fargate.allowed_overrides must be of command, environment, cpu, memory_mb, timeout_seconds. Given: ${join(", ", try(var.fargate.allowed_overrides, []))}."
  }
}

variable "batch" {
  description = "The activity batch: container, size, compute, job_queue, attempts, repository_arns and policies as in module backend-batch. heartbeat_seconds: long enough for a job to get an instance. timeout_seconds: from dispatch to outcome; job_timeout_seconds: of one attempt, from 60, null: the same. allowed_overrides: what a task's \"job\" object may set, of command, environment, cpu, memory_mb, gpu, timeout_seconds. max_concurrent_jobs, max_queue_seconds, wake_up, pollers and overflow_after_seconds as in module dispatcher. null: no such activity."
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
    error_message = "batch must have heartbeat_seconds from 1 and below timeout_seconds. Given: ${try(var.batch.heartbeat_seconds, "null")} and ${try(var.batch.timeout_seconds, "null")}."
  }
  validation {
    condition     = length(setsubtract(try(var.batch.allowed_overrides, []), ["command", "environment", "cpu", "memory_mb", "gpu", "timeout_seconds"])) == 0
    error_message = "batch.allowed_overrides must be of command, environment, cpu, memory_mb, gpu, timeout_seconds. Given: ${join(", ", try(var.batch.allowed_overrides, []))}."
  }
}

variable "network" {
  description = "Where containers run: a network of yours, as in modules network and backend-fargate. null: with fargate or batch a small one is made."
  type = object({
    vpc_id           = string
    subnets          = list(string)
    security_groups  = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  default = null
}
