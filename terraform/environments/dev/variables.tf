variable "account_id" {
  description = "The account the environment is in."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of the account: fill it in, in this folder's terraform.tfvars. Given: \"${var.account_id}\"."
  }
}

variable "region" {
  description = "The region the environment is in."
  type        = string
  validation {
    condition     = can(regex("^[a-z]{2}(-[a-z]+)+-[0-9]$", var.region))
    error_message = "region must be a region of AWS, such as eu-west-1. Given: \"${var.region}\"."
  }
}

variable "name" {
  description = "Name of the stack, as in module stack."
  type        = string
}

variable "backends" {
  description = "Where jobs run, besides Lambda: fargate, batch, sagemaker."
  type        = set(string)
  nullable    = false
  validation {
    condition     = length(setsubtract(var.backends, ["fargate", "batch", "sagemaker"])) == 0
    error_message = "backends must be of fargate, batch, sagemaker. Given: ${join(", ", var.backends)}."
  }
}

variable "network" {
  description = "Where containers run, as in module network. null: a small network is made."
  type = object({
    vpc_id           = string
    subnets          = list(string)
    security_groups  = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  default = null
}

variable "alarm_actions" {
  description = "What alarms notify: ARNs, of SNS topics for example."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "protected" {
  description = "Whether the task table refuses to be deleted, and a bucket that is not empty too; `make deploy` then asks."
  type        = bool
  nullable    = false
}

variable "tags" {
  description = "Tags for everything, besides Environment and ManagedBy."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "images" {
  description = "Where the images lie that were pushed, by name: worker for fargate and batch, training for sagemaker. `make` tells."
  type        = map(string)
  default     = {}
  nullable    = false
  validation {
    condition     = length(setsubtract([for backend in var.backends : backend == "sagemaker" ? "training" : "worker"], keys(var.images))) == 0
    error_message = "images must have those that backends need: run \"make push\". Given: ${join(", ", keys(var.images))}."
  }
}

variable "packages_dir" {
  description = "Folder of the built zips."
  type        = string
  default     = "../../../build/zip"
}
