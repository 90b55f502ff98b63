variable "name" {
  description = <<-EOT
    Name of the backend; queue, job definition, roles, log group and security group are named after it, and it is the
    compute environment's tag Name.
  EOT
  type        = string
  validation {
    # A role name has at most 64 characters; "-execution" takes 10.
    condition     = can(regex("^[a-zA-Z0-9][a-zA-Z0-9_-]{2,53}$", var.name))
    error_message = "name must be 3 to 54 letters, digits, - or _, starting with a letter or digit. Given: \"${var.name}\"."
  }
}

variable "container" {
  description = <<-EOT
    What runs.

    - `image`: the image, with its tag.
    - `command`: null: the image's own. Batch always keeps the image's entrypoint.
    - `environment`: environment variables.
    - `read_only_root_filesystem`: whether only what the image declares as `VOLUME` is writable.
  EOT
  type = object({
    image                     = string
    command                   = optional(list(string))
    environment               = optional(map(string), {})
    read_only_root_filesystem = optional(bool, false)
  })
  validation {
    condition     = can(regex("^[^[:space:]]{1,255}$", var.container.image))
    error_message = "container.image must be an image name of 1 to 255 characters without spaces. Given: \"${var.container.image}\"."
  }
  validation {
    condition     = alltrue([for key in keys(var.container.environment) : key != "" && !contains(local.reserved_names, key) && !startswith(key, "AWS_BATCH")])
    error_message = "container.environment must not have an empty name or one that is set for the job: ${join(", ", local.reserved_names)}, AWS_BATCH... Given: ${join(", ", keys(var.container.environment))}."
  }
}

variable "size" {
  description = <<-EOT
    What a job gets.

    - `cpu`: vCPUs.
    - `memory_mb`: memory in MB.
    - `gpus`: number of GPUs; EC2 only.
    - `ephemeral_storage_gb`: disk in GB; Fargate only. null: the 20 GB that are free of charge.
    - `architecture`: `X86_64` or `ARM64`.
  EOT
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
    error_message = "size.cpu must be a number of vCPUs that Fargate offers: 0.25, 0.5, 1, 2, 4, 8 or 16. Given: ${var.size.cpu}."
  }
  validation {
    condition     = var.compute.type != "FARGATE" || contains(lookup(local.memory_mb, tostring(var.size.cpu), [var.size.memory_mb]), var.size.memory_mb)
    error_message = "size.memory_mb must be a size in MB that Fargate offers with ${var.size.cpu} vCPUs: ${join(", ", lookup(local.memory_mb, tostring(var.size.cpu), []))}. Given: ${var.size.memory_mb}."
  }
  validation {
    condition     = var.compute.type != "EC2" || (var.size.cpu >= 1 && floor(var.size.cpu) == var.size.cpu && var.size.memory_mb >= 4 && floor(var.size.memory_mb) == var.size.memory_mb)
    error_message = "size must have, on EC2, a whole number of at least 1 as cpu and of at least 4 as memory_mb. Given: ${var.size.cpu} and ${var.size.memory_mb}."
  }
  validation {
    condition     = var.size.gpus >= 0 && floor(var.size.gpus) == var.size.gpus && (var.size.gpus == 0 || var.compute.type == "EC2")
    error_message = "size.gpus must be a whole number of at least 0, and 0 on Fargate, which has no GPUs. Given: ${var.size.gpus}."
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
    error_message = "size.cpu must be at most compute.max_cpus: a larger job would never run. Given: ${var.size.cpu} and ${var.compute.max_cpus}."
  }
  # The types of "optimal" have neither GPUs nor Graviton processors.
  validation {
    condition     = var.size.gpus == 0 || var.job_queue != null || !contains(coalesce(var.compute.instance_types, ["optimal"]), "optimal")
    error_message = "size.gpus needs compute.instance_types that have GPUs. Given: ${var.size.gpus} and ${join(", ", coalesce(var.compute.instance_types, ["null"]))}."
  }
  validation {
    condition     = var.size.architecture != "ARM64" || !contains(coalesce(var.compute.instance_types, ["null"]), "optimal")
    error_message = "size.architecture ARM64 needs compute.instance_types with Graviton processors, or null. Given: ${join(", ", coalesce(var.compute.instance_types, ["null"]))}."
  }
}
