variable "name" {
  description = "Name of what is created, as in module stack."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits or -, starting with a letter and not ending in -. Given: \"${var.name}\"."
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

variable "account_id" {
  description = "ID of the environment's account. null: a local cloud."
  type        = string
  default     = null
  validation {
    condition     = var.account_id == null ? true : can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be null or the 12 digits of the account. Given: \"${coalesce(var.account_id, "null")}\"."
  }
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds every role, as in the environment. null: none."
  type        = string
  default     = null
}

variable "data_bucket" {
  description = "Name of the environment's data bucket, which takes the zip of the function under test."
  type        = string
}

variable "job_package" {
  description = "The built zip of the function that does as its input says."
  type        = string
  validation {
    condition     = fileexists(var.job_package)
    error_message = "job_package must be a file. Given: \"${var.job_package}\"."
  }
}

variable "packages_dir" {
  description = "Folder of the built zips."
  type        = string
  default     = "../../build/zip"
}

variable "training" {
  description = <<-EOT
    A training job of a minute. null: none.

    - `image`: any image with a shell that SageMaker can pull.
    - `repository_arns`: its repository.
    - `instance_type`: where it runs.
  EOT
  type = object({
    image           = string
    repository_arns = optional(list(string), [])
    instance_type   = string
  })
  default = null
}

variable "watched" {
  description = <<-EOT
    Whose events go to the queue, besides those of what is created here.

    - `state_machine_arns`, `cluster_arns`, `job_queue_arns`: of the environment.
  EOT
  type = object({
    state_machine_arns = optional(list(string), [])
    cluster_arns       = optional(list(string), [])
    job_queue_arns     = optional(list(string), [])
  })
  default  = {}
  nullable = false
}
