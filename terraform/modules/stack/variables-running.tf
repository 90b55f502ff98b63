# Where and when jobs run, and who is told: docs/running.md.
variable "event_buses" {
  description = "ARNs of the event buses to which activities' events may go, as in module control-plane. null: none."
  type        = list(string)
  default     = null
}
