variable "name" {
  description = "Name of the backend; cluster, task definition, roles, log group and security group are named after it."
  type        = string
  validation {
    # A role name has at most 64 characters; "-execution" takes 10.
    condition     = can(regex("^[a-zA-Z0-9_-]{1,54}$", var.name))
    error_message = "name must be 1 to 54 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "container" {
  description = <<-EOT
    What runs.

    - `image`: the image, with its tag.
    - `command`, `entrypoint`: null: the image's own.
    - `environment`: environment variables.
    - `stop_timeout_seconds`: seconds from SIGTERM to SIGKILL. The worker gives its program 10 s less, to have time
      to report.
    - `read_only_root_filesystem`: whether only /tmp is writable. An image with a user other than root needs `VOLUME
      /tmp`.
  EOT
  type = object({
    image                     = string
    command                   = optional(list(string))
    entrypoint                = optional(list(string))
    environment               = optional(map(string), {})
    stop_timeout_seconds      = optional(number, 120)
    read_only_root_filesystem = optional(bool, false)
  })
  validation {
    condition     = can(regex("^[^[:space:]]{1,255}$", var.container.image))
    error_message = "container.image must be an image name of 1 to 255 characters without spaces. Given: \"${var.container.image}\"."
  }
  validation {
    condition     = var.container.stop_timeout_seconds >= 2 && var.container.stop_timeout_seconds <= 120 && floor(var.container.stop_timeout_seconds) == var.container.stop_timeout_seconds
    error_message = "container.stop_timeout_seconds must be a whole number from 2 to 120. Given: ${var.container.stop_timeout_seconds}."
  }
  validation {
    condition     = alltrue([for key in keys(var.container.environment) : key != "" && !contains(local.reserved_names, key)])
    error_message = "container.environment must not have an empty name or one that is set for the job: ${join(", ", local.reserved_names)}. Given: ${join(", ", keys(var.container.environment))}."
  }
}

variable "size" {
  description = <<-EOT
    What a job gets.

    - `cpu`: vCPUs.
    - `memory_mb`: memory in MB.
    - `ephemeral_storage_gb`: disk in GB. null: the 20 GB that are free of charge.
    - `architecture`: `X86_64` or `ARM64`.
  EOT
  type = object({
    cpu                  = optional(number, 0.25)
    memory_mb            = optional(number, 512)
    ephemeral_storage_gb = optional(number)
    architecture         = optional(string, "X86_64")
  })
  default  = {}
  nullable = false
  validation {
    condition     = contains(keys(local.memory_mb), tostring(var.size.cpu))
    error_message = "size.cpu must be a number of vCPUs that Fargate offers: 0.25, 0.5, 1, 2, 4, 8 or 16. Given: ${var.size.cpu}."
  }
  validation {
    condition     = contains(lookup(local.memory_mb, tostring(var.size.cpu), [var.size.memory_mb]), var.size.memory_mb)
    error_message = "size.memory_mb must be a size in MB that Fargate offers with ${var.size.cpu} vCPUs: ${join(", ", lookup(local.memory_mb, tostring(var.size.cpu), []))}. Given: ${var.size.memory_mb}."
  }
  validation {
    condition     = var.size.ephemeral_storage_gb == null ? true : var.size.ephemeral_storage_gb >= 21 && var.size.ephemeral_storage_gb <= 200 && floor(var.size.ephemeral_storage_gb) == var.size.ephemeral_storage_gb
    error_message = "size.ephemeral_storage_gb must be null or a whole number from 21 to 200. Given: ${var.size.ephemeral_storage_gb == null ? "null" : var.size.ephemeral_storage_gb}."
  }
  validation {
    condition     = contains(["X86_64", "ARM64"], var.size.architecture)
    error_message = "size.architecture must be X86_64 or ARM64. Given: \"${var.size.architecture}\"."
  }
}

variable "spot" {
  description = "Whether jobs run on Fargate Spot: cheaper, but AWS may end a job two minutes after a SIGTERM."
  type        = bool
  default     = false
  nullable    = false
}

variable "cluster" {
  description = <<-EOT
    Name or ARN of an existing cluster in this account and region that has the capacity providers FARGATE and
    FARGATE_SPOT. Use the name if the same configuration creates the cluster: its ARN is unknown at plan time. null:
    create one.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.cluster == null ? true : can(regex("^(arn:[^:]+:ecs:[^:]+:[0-9]{12}:cluster/)?[a-zA-Z0-9_-]{1,255}$", var.cluster))
    error_message = "cluster must be null, a cluster's name or its ARN, arn:aws:ecs:REGION:ACCOUNT:cluster/NAME. Given: \"${coalesce(var.cluster, "null")}\"."
  }
}

variable "former_clusters" {
  description = <<-EOT
    Names or ARNs of clusters that were `cluster` before, in which jobs may still run: they are watched and stopped there.
    Starts are allowed there too: a lost one is repeated where it was made, and the dispatcher learns of a new cluster within a
    minute. The cluster that this module creates is one of them without being named.
  EOT
  type        = list(string)
  default     = []
  nullable    = false
  validation {
    condition     = alltrue([for cluster in var.former_clusters : can(regex("^(arn:[^:]+:ecs:[^:]+:[0-9]{12}:cluster/)?[a-zA-Z0-9_-]{1,255}$", cluster))])
    error_message = "former_clusters must be clusters' names or ARNs, arn:aws:ecs:REGION:ACCOUNT:cluster/NAME. Given: ${join(", ", var.former_clusters)}."
  }
}

variable "network" {
  description = <<-EOT
    Where jobs run.

    - `vpc_id`: required unless `security_groups` is set.
    - `subnets`: 1 to 16 IDs of subnets.
    - `security_groups`: up to 5 IDs. []: create one that lets everything out and nothing in.
    - `assign_public_ip`: required in subnets that reach the internet through an internet gateway.
  EOT
  type = object({
    vpc_id           = optional(string)
    subnets          = list(string)
    security_groups  = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  validation {
    condition     = length(var.network.subnets) >= 1 && length(var.network.subnets) <= 16
    error_message = "network.subnets must hold 1 to 16 subnets. Given: ${length(var.network.subnets)}."
  }
  validation {
    condition     = length(var.network.security_groups) <= 5
    error_message = "network.security_groups must hold at most 5 security groups. Given: ${length(var.network.security_groups)}."
  }
  validation {
    condition     = length(var.network.security_groups) > 0 || var.network.vpc_id != null
    error_message = "network.vpc_id must be set if network.security_groups is empty: a security group is created in that VPC. Given: null."
  }
}
