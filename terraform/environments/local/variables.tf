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

variable "saved_queries" {
  description = "Whether to save the dashboard's questions to the logs. Another emulator may not know how."
  type        = bool
  default     = true
}

variable "worker_image" {
  description = <<-EOT
    The image that containers run: its name in the Docker engine, or one that the local cloud maps to a program of
    this machine.
  EOT
  type        = string
  default     = "worker:local"
}

variable "job_timeout_seconds" {
  description = "How long the program in a container may run, in seconds. Batch allows no less than 60."
  type        = number
  default     = 60
}

variable "training" {
  description = "Whether to create trainings, on batch and on sagemaker."
  type        = bool
  default     = false
}

variable "training_image" {
  description = "The image that trains; named like worker_image."
  type        = string
  default     = "training:local"
}
