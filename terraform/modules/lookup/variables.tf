variable "name" {
  description = "Name of the stack."
  type        = string
  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,38}[a-z0-9]$", var.name))
    error_message = "name must be a stack's: 3 to 40 lower-case letters, digits or -, starting with a letter and not ending in -. Given: \"${var.name}\"."
  }
}

variable "parameter" {
  description = "Name of the SSM parameter, if the stack gave it another one (names.handle). null: /activity-dispatch/NAME."
  type        = string
  default     = null
  validation {
    condition     = var.parameter == null ? true : can(regex("^/[a-zA-Z0-9_./-]+$", var.parameter))
    error_message = "parameter must be null or a name that begins with /, of letters, digits, /, ., - and _. Given: \"${coalesce(var.parameter, "null")}\"."
  }
}
