variable "name" {
  description = "Prefix of the repositories' names: NAME/REPOSITORY."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", var.name)) && length(var.name) <= 100
    error_message = "name must be 1 to 100 lower-case letters and digits, with single ., - or _ between them. Given: \"${var.name}\"."
  }
}

variable "repositories" {
  description = "The repositories to make, one for each image."
  type        = set(string)
  validation {
    condition     = alltrue([for repository in var.repositories : can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", repository)) && length(repository) <= 100])
    error_message = "repositories must be 1 to 100 lower-case letters and digits, with single ., - or _ between them. Given: ${join(", ", var.repositories)}."
  }
}

variable "keep_images" {
  description = "How many tagged images each repository keeps: the newest."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = var.keep_images >= 1 && floor(var.keep_images) == var.keep_images
    error_message = "keep_images must be a whole number from 1. Given: ${var.keep_images}."
  }
}

variable "untagged_days" {
  description = "How long an image without a tag is kept, in days."
  type        = number
  default     = 7
  nullable    = false
  validation {
    condition     = var.untagged_days >= 1 && floor(var.untagged_days) == var.untagged_days
    error_message = "untagged_days must be a whole number from 1. Given: ${var.untagged_days}."
  }
}

variable "force_destroy" {
  description = "Whether destroying a repository deletes its images too. Without it a repository that is not empty stays."
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = "Customer key for the images; it can't be changed later. null: encrypted with S3's keys, at no charge."
  type        = string
  default     = null
  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[^:]+:kms:[^:]+:[0-9]{12}:key/.+$", var.kms_key_arn))
    error_message = "kms_key_arn must be null or the ARN of a key, arn:aws:kms:REGION:ACCOUNT:key/ID. Given: \"${coalesce(var.kms_key_arn, "null")}\"."
  }
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
