variable "name" {
  description = "Name of the backend: queue, compute environment, job definition, roles, log group and security group are named after it."
  type        = string
  validation {
    # The roles' names have 64 characters, "-execution" takes 10.
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9_-]{2,53}$", var.name))
    error_message = "name must be 3 to 54 letters, digits, - or _, a letter or digit first. Given: \"${var.name}\"."
  }
}

variable "container" {
  description = "What runs. command: the image's own if null (Batch always keeps the image's entrypoint). read_only_root_filesystem: only what the image names in VOLUME can be written."
  type = object({
    image                     = string
    command                   = optional(list(string))
    environment               = optional(map(string), {})
    read_only_root_filesystem = optional(bool, false)
  })
  validation {
    condition     = can(regex("^[^[:space:]]{1,255}$", var.container.image))
    error_message = "container.image must be an image's name of 1 to 255 characters without spaces. Given: \"${var.container.image}\"."
  }
  validation {
    condition     = alltrue([for key in keys(var.container.environment) : key != "" && !contains(local.reserved_names, key) && !startswith(key, "AWS_BATCH")])
    error_message = "container.environment must have names, and none of ${join(", ", local.reserved_names)} or AWS_BATCH...: those are set for the job. Given: ${join(", ", keys(var.container.environment))}."
  }
}

variable "size" {
  description = "What a job has: cpu in vCPUs, memory_mb, gpus (EC2 only), ephemeral_storage_gb (Fargate only; null: its 20 GB, at no charge), architecture X86_64 or ARM64."
  type = object({
    cpu                  = optional(number, 1)
    memory_mb            = optional(number, 2048)
    gpus                 = optional(number, 0)
    ephemeral_storage_gb = optional(number)
    architecture         = optional(string, "X86_64")
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.compute.type != "FARGATE" || contains(keys(local.memory_mb), tostring(var.size.cpu))
    error_message = "size.cpu must be a number of vCPUs that Fargate has: 0.25, 0.5, 1, 2, 4, 8 or 16. Given: ${var.size.cpu}."
  }
  validation {
    condition     = var.compute.type != "FARGATE" || contains(lookup(local.memory_mb, tostring(var.size.cpu), [var.size.memory_mb]), var.size.memory_mb)
    error_message = "size.memory_mb must be what Fargate has with ${var.size.cpu} vCPUs: ${join(", ", lookup(local.memory_mb, tostring(var.size.cpu), []))}. Given: ${var.size.memory_mb}."
  }
  validation {
    condition     = var.compute.type != "EC2" || (var.size.cpu >= 1 && floor(var.size.cpu) == var.size.cpu && var.size.memory_mb >= 4 && floor(var.size.memory_mb) == var.size.memory_mb)
    error_message = "size must have, on EC2, a whole number of vCPUs from 1 as cpu and of MB from 4 as memory_mb. Given: ${var.size.cpu} and ${var.size.memory_mb}."
  }
  validation {
    condition     = var.size.gpus >= 0 && floor(var.size.gpus) == var.size.gpus && (var.size.gpus == 0 || var.compute.type == "EC2")
    error_message = "size.gpus must be a whole number from 0, and 0 on Fargate, which has none. Given: ${var.size.gpus}."
  }
  validation {
    condition     = var.size.ephemeral_storage_gb == null ? true : var.compute.type == "FARGATE" && var.size.ephemeral_storage_gb >= 21 && var.size.ephemeral_storage_gb <= 200 && floor(var.size.ephemeral_storage_gb) == var.size.ephemeral_storage_gb
    error_message = "size.ephemeral_storage_gb must be null or, on Fargate, a whole number from 21 to 200. Given: ${var.size.ephemeral_storage_gb == null ? "null" : var.size.ephemeral_storage_gb}."
  }
  validation {
    condition     = contains(["X86_64", "ARM64"], var.size.architecture)
    error_message = "size.architecture must be X86_64 or ARM64. Given: \"${var.size.architecture}\"."
  }
  validation {
    condition     = var.job_queue != null || var.size.cpu <= var.compute.max_cpus
    error_message = "size.cpu must be at most compute.max_cpus, or no job ever runs. Given: ${var.size.cpu} and ${var.compute.max_cpus}."
  }
  # "optimal" stands for types that have neither GPUs nor Graviton processors.
  validation {
    condition     = var.size.gpus == 0 || var.job_queue != null || !contains(coalesce(var.compute.instance_types, ["optimal"]), "optimal")
    error_message = "size.gpus needs compute.instance_types that have GPUs. Given: ${var.size.gpus} and ${join(", ", coalesce(var.compute.instance_types, ["null"]))}."
  }
  validation {
    condition     = var.size.architecture != "ARM64" || !contains(coalesce(var.compute.instance_types, ["null"]), "optimal")
    error_message = "size.architecture ARM64 needs compute.instance_types with Graviton processors, or null. Given: ${join(", ", coalesce(var.compute.instance_types, ["null"]))}."
  }
}

variable "compute" {
  description = "Where jobs run: type FARGATE or EC2, on demand or on Spot, at most max_cpus vCPUs at once. instance_types (EC2 only): types or families; null: whatever fits, of the job's architecture."
  type = object({
    type           = optional(string, "FARGATE")
    spot           = optional(bool, false)
    max_cpus       = optional(number, 64)
    instance_types = optional(list(string))
  })
  default  = {}
  nullable = false
  validation {
    condition     = contains(["FARGATE", "EC2"], var.compute.type)
    error_message = "compute.type must be FARGATE or EC2. Given: \"${var.compute.type}\"."
  }
  validation {
    condition     = var.compute.max_cpus >= 1 && floor(var.compute.max_cpus) == var.compute.max_cpus
    error_message = "compute.max_cpus must be a whole number from 1. Given: ${var.compute.max_cpus}."
  }
  validation {
    condition     = var.compute.instance_types == null ? true : var.compute.type == "EC2" && length(var.compute.instance_types) > 0 && alltrue([for type in var.compute.instance_types : can(regex("^[a-z0-9_-]+(\\.[a-z0-9-]+)?$", type))])
    error_message = "compute.instance_types must be null or, on EC2, types or families such as m7i.large or c7i. Given: ${join(", ", coalesce(var.compute.instance_types, ["null"]))}."
  }
}

variable "job_queue" {
  description = "Name or ARN of a job queue of yours, in this account and region, on compute of compute.type; by name if the same configuration makes it, for its ARN is unknown when planning. null: a queue and a compute environment are made."
  type        = string
  default     = null
  validation {
    condition     = var.job_queue == null ? true : can(regex("^(arn:[^:]+:batch:[^:]+:[0-9]{12}:job-queue/)?[a-zA-Z0-9_-]{1,128}$", var.job_queue))
    error_message = "job_queue must be null, a queue's name or its ARN, arn:aws:batch:REGION:ACCOUNT:job-queue/NAME. Given: \"${coalesce(var.job_queue, "null")}\"."
  }
}

variable "network" {
  description = "Where jobs run; with a queue of yours only assign_public_ip counts. security_groups: empty to have one made that lets everything out and nothing in. assign_public_ip (Fargate only): needed in subnets whose way out is an internet gateway."
  type = object({
    vpc_id           = optional(string)
    subnets          = optional(list(string), [])
    security_groups  = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.job_queue != null || (length(var.network.subnets) >= 1 && length(var.network.subnets) <= 16)
    error_message = "network.subnets must hold 1 to 16 subnets. Given: ${length(var.network.subnets)}."
  }
  validation {
    condition     = length(var.network.security_groups) <= 5
    error_message = "network.security_groups must hold at most 5 security groups. Given: ${length(var.network.security_groups)}."
  }
  validation {
    condition     = var.job_queue != null || length(var.network.security_groups) > 0 || var.network.vpc_id != null
    error_message = "network.vpc_id must be given when network.security_groups is empty: a security group is made in it. Given: null."
  }
}
