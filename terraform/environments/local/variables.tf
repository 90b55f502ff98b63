variable "endpoint" {
  description = "URL of the local cloud."
  type        = string
  default     = "http://127.0.0.1:4566"
  validation {
    condition     = can(regex("^https?://[^/]+$", var.endpoint))
    error_message = "endpoint must be a URL without a path, http://HOST:PORT. Given: \"${var.endpoint}\"."
  }
}

variable "packages_dir" {
  description = "Folder of the built zips."
  type        = string
  default     = "../../../build/zip"
}
