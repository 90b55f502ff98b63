variable "activity" {
  description = "The activity or callback target: output \"activity\" of module activity, or one of output \"activities\" of module stack."
  type = object({
    key                    = string
    arn                    = optional(string)
    heartbeat_seconds      = number
    timeout_seconds        = number
    wake_up                = string
    overflow_after_seconds = optional(number)
    envelope               = optional(bool, false)
    share_key              = optional(string)
    partition              = string
    queue                  = object({ url = string, arn = string, kms_key_arn = optional(string) })
  })
}

variable "prefix" {
  description = <<-EOT
    What the names of the inner states begin with: state names are unique in a whole state machine. null: the activity's
    name and a `-`, which fits one use of each activity in a machine. A second use takes another prefix.
  EOT
  type        = string
  default     = null
  validation {
    # A state's name has at most 80 characters.
    condition     = var.prefix == null ? true : can(regex("^[a-zA-Z0-9 _-]{1,60}$", var.prefix))
    error_message = "prefix must be null or 1 to 60 letters, digits, spaces, - or _. Given: \"${coalesce(var.prefix, "null")}\"."
  }
}

variable "query_language" {
  description = "Language of the state, JSONPath or JSONata. A machine whose language is JSONata takes states in JSONata only."
  type        = string
  default     = "JSONPath"
  nullable    = false
  validation {
    condition     = contains(["JSONPath", "JSONata"], var.query_language)
    error_message = "query_language must be JSONPath or JSONata. Given: \"${var.query_language}\"."
  }
}

variable "heartbeat_seconds" {
  description = "HeartbeatSeconds of the state, in seconds, if it needs more than the activity has. null: the activity's."
  type        = number
  default     = null
}

variable "timeout_seconds" {
  description = "TimeoutSeconds of the state, in seconds, if it may have less than the activity has. null: the activity's."
  type        = number
  default     = null
}
