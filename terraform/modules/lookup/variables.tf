variable "name" {
  description = "Name of the stack."
  type        = string
}

variable "parameter" {
  description = "Name of the SSM parameter, if the stack gave it another one (names.handle). null: /activity-dispatch/NAME."
  type        = string
  default     = null
}
