# Where and when jobs run, and who is told: docs/running.md.
variable "pools" {
  description = "Pools of slots that activities share, by name: `{ gpus = { size = 8 } }`, as in module control-plane."
  type        = any
  default     = null
}

variable "event_buses" {
  description = "ARNs of the event buses to which activities' events may go, as in module control-plane. null: none."
  type        = list(string)
  default     = null
}
