variable "name" {
  description = "Name of the stack. What belongs to it begins with NAME-; see module control-plane."
  type        = string
}

variable "packages" {
  description = "The built zips of the stack's functions: `{ dir = \"...\" }`, or what packages.json of a release says; see module control-plane."
  type        = any
}

variable "backends" {
  description = "Where jobs of the stack may run, `lambda`, `ecs`, `batch`, `sagemaker`. null: all four."
  type        = set(string)
  default     = null
}

variable "wake_ups" {
  description = "What may announce tasks besides requests and callbacks, `poll`, `logs`. null: nothing else."
  type        = set(string)
  default     = null
}

variable "network" {
  description = "Where containers run, as in module control-plane: an existing network, or `{}` for a small one of its own. null: activities say where."
  type        = any
  default     = null
}

variable "existing" {
  description = "What exists already or has another name than NAME-*, as in module control-plane."
  type        = any
  default     = null
}

variable "names" {
  description = "Other names for what is called after the stack, as in module control-plane."
  type        = any
  default     = null
}

variable "iam" {
  description = "Path and permissions boundary of all roles, as in module control-plane."
  type        = any
  default     = null
}

variable "functions" {
  description = "VPC and architecture of the stack's functions, as in module control-plane."
  type        = any
  default     = null
}

variable "dispatch" {
  description = "Settings of the dispatcher, as in module control-plane."
  type        = any
  default     = null
}

variable "data" {
  description = "What the stack keeps, how long and with which keys, as in module control-plane."
  type        = any
  default     = null
}

variable "logs" {
  description = "Retention of logs, as in module control-plane."
  type        = any
  default     = null
}

variable "watching" {
  description = "Dashboard, alarms and traces, as in module control-plane."
  type        = any
  default     = null
}

variable "tags" {
  description = "Tags for every resource of the stack and of its activities."
  type        = map(string)
  default     = null
}

variable "activities" {
  description = <<-EOT
    The activities, by a name of your choice: each has the arguments of module activity, such as
    `{ ecs = { container = { image = "..." } }, max_concurrent_jobs = 4 }`.
  EOT
  type        = any
  default     = {}
  nullable    = false
  validation {
    condition     = can([for activity in var.activities : keys(activity)])
    error_message = "activities must be objects, by name. Given: ${jsonencode(var.activities)}."
  }
}
