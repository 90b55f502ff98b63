variable "account_id" {
  description = "ID of the environment's account."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of the account: set it in this folder's terraform.tfvars. Given: \"${var.account_id}\"."
  }
}

variable "region" {
  description = "Region of the environment."
  type        = string
  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be an AWS region, such as eu-west-1. Given: \"${var.region}\"."
  }
}

variable "name" {
  description = "Name of the stack, as in module stack."
  type        = string
}

variable "backends" {
  description = "Backends of the stack besides Lambda: ecs, batch, sagemaker."
  type        = set(string)
  nullable    = false
  validation {
    condition     = length(setsubtract(var.backends, ["ecs", "batch", "sagemaker"])) == 0
    error_message = "backends may only contain ecs, batch and sagemaker. Given: ${join(", ", var.backends)}."
  }
}

variable "network" {
  description = "Where containers run, as in module control-plane. {}: create a small network."
  type = object({
    vpc_id           = optional(string)
    subnets          = optional(list(string), [])
    security_groups  = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds every role. null: none."
  type        = string
  default     = null
}

variable "alarm_actions" {
  description = "ARNs that alarms notify, such as SNS topics."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "protected" {
  description = <<-EOT
    Whether the task table and buckets that are not empty refuse to be deleted, and `make deploy` asks before it
    changes anything.
  EOT
  type        = bool
  nullable    = false
}

variable "tags" {
  description = "Tags for every resource, in addition to Environment and ManagedBy."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "architecture" {
  description = "Processor of the containers: X86_64, or ARM64, which costs less. `make` builds the worker's image for it."
  type        = string
  default     = "X86_64"
  nullable    = false
  validation {
    condition     = contains(["X86_64", "ARM64"], var.architecture)
    error_message = "architecture must be X86_64 or ARM64. Given: \"${var.architecture}\"."
  }
}

variable "images" {
  description = "The pushed images, by name: worker for ecs and batch, training for sagemaker. `make` sets them."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "packages_dir" {
  description = "Folder of the built zips."
  type        = string
  default     = "../../../build/zip"
}
