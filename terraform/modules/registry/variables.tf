variable "name" {
  description = "Prefix of the repository names: NAME/REPOSITORY."
  type        = string
  validation {
    condition     = can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", var.name)) && length(var.name) <= 100
    error_message = "name must be 1 to 100 lower-case letters and digits, with single ., - or _ between them. Given: \"${var.name}\"."
  }
}

variable "repositories" {
  description = "The repositories to create, one for each image."
  type        = set(string)
  validation {
    condition     = alltrue([for repository in var.repositories : can(regex("^[a-z0-9]+([._-][a-z0-9]+)*$", repository)) && length(repository) <= 100])
    error_message = "repositories must be 1 to 100 lower-case letters and digits, with single ., - or _ between them. Given: ${join(", ", var.repositories)}."
  }
}

variable "keep_images" {
  description = "How many tagged images each repository keeps; the newest stay."
  type        = number
  default     = 30
  nullable    = false
  validation {
    condition     = var.keep_images >= 1 && floor(var.keep_images) == var.keep_images
    error_message = "keep_images must be a whole number of at least 1. Given: ${var.keep_images}."
  }
}

variable "untagged_days" {
  description = "How long to keep an image without a tag, in days."
  type        = number
  default     = 7
  nullable    = false
  validation {
    condition     = var.untagged_days >= 1 && floor(var.untagged_days) == var.untagged_days
    error_message = "untagged_days must be a whole number of at least 1. Given: ${var.untagged_days}."
  }
}

variable "force_destroy" {
  description = <<-EOT
    Whether destroying a repository deletes its images too. If not, a repository that is not empty refuses to be
    deleted.
  EOT
  type        = bool
  default     = false
  nullable    = false
}

variable "kms_key_arn" {
  description = <<-EOT
    ARN of a customer managed key for the images; it cannot be changed later. null: encryption with S3's keys, free
    of charge.
  EOT
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
