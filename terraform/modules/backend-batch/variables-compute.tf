variable "compute" {
  description = <<-EOT
    What jobs run on.

    - `type`: `FARGATE` or `EC2`.
    - `spot`: whether to run on Spot instead of on demand.
    - `max_cpus`: limit of vCPUs in use at once.
    - `instance_types`: types or families; EC2 only. null: whatever fits and has the job's architecture.
  EOT
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
    error_message = "compute.max_cpus must be a whole number of at least 1. Given: ${var.compute.max_cpus}."
  }
  validation {
    condition     = var.compute.instance_types == null ? true : var.compute.type == "EC2" && length(var.compute.instance_types) > 0 && alltrue([for type in var.compute.instance_types : can(regex("^[a-z0-9_-]+(\\.[a-z0-9-]+)?$", type))])
    error_message = "compute.instance_types must be null or, on EC2, types or families such as m7i.large or c7i. Given: ${join(", ", coalesce(var.compute.instance_types, ["null"]))}."
  }
}

variable "job_queue" {
  description = <<-EOT
    Name or ARN of an existing job queue in this account and region, on compute of compute.type. Use the name if the
    same configuration creates the queue: its ARN is unknown at plan time. null: create a queue and a compute
    environment.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.job_queue == null ? true : can(regex("^(arn:[^:]+:batch:[^:]+:[0-9]{12}:job-queue/)?[a-zA-Z0-9_-]{1,128}$", var.job_queue))
    error_message = "job_queue must be null, a queue's name or its ARN, arn:aws:batch:REGION:ACCOUNT:job-queue/NAME. Given: \"${coalesce(var.job_queue, "null")}\"."
  }
}

variable "network" {
  description = <<-EOT
    Where jobs run. With an existing job_queue only `assign_public_ip` matters.

    - `vpc_id`: required unless `security_groups` is set.
    - `subnets`: 1 to 16 IDs of subnets.
    - `security_groups`: up to 5 IDs. []: create one that lets everything out and nothing in.
    - `assign_public_ip`: required in subnets that reach the internet through an internet gateway; Fargate only.
  EOT
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
    error_message = "network.vpc_id must be set if network.security_groups is empty: a security group is created in that VPC. Given: null."
  }
}
