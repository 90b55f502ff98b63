# Where and when jobs run, and who is told: docs/running.md.
variable "event_buses" {
  description = <<-EOT
    ARNs of the event buses of EventBridge to which the stack may send events about tasks: docs/running.md. Activities choose one of
    them with event_bus_arn. Empty: nobody is told, and the stack's functions may send no events.
  EOT
  # Not a set: one of a bus that is still to be made has no length.
  type     = list(string)
  default  = []
  nullable = false
  validation {
    condition     = length(var.event_buses) <= 10 && alltrue([for arn in var.event_buses : can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/[a-zA-Z0-9._/-]{1,256}$", arn))])
    error_message = "event_buses must be at most 10 ARNs arn:aws:events:REGION:ACCOUNT:event-bus/NAME. Given: ${join(", ", var.event_buses)}."
  }
}
