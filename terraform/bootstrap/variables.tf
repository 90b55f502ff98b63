variable "account_id" {
  description = "ID of the environment's account."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.account_id))
    error_message = "account_id must be the 12 digits of the account. Given: \"${var.account_id}\"."
  }
}

variable "region" {
  description = "Region of the environment."
  type        = string
}

variable "name" {
  description = "Name of the environment's stack."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "name must be 3 to 24 lower-case letters, digits or -, starting with a letter and not ending in -. Given: \"${var.name}\"."
  }
}

variable "environment" {
  description = "Name of the environment, for the tag Environment."
  type        = string
}

variable "protected" {
  description = "Whether a repository that is not empty refuses to be deleted."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags for every resource, in addition to Environment and ManagedBy."
  type        = map(string)
  default     = {}
  nullable    = false
}
