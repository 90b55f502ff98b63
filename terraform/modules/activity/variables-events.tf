variable "event_bus_arn" {
  description = <<-EOT
    ARN of an event bus that is told about this activity's tasks: started, progressed, settled; docs/running.md. One of the stack's
    event_buses. null: nobody is told.
  EOT
  type        = string
  default     = null
  validation {
    condition     = var.event_bus_arn == null ? true : can(regex("^arn:[a-z-]+:events:[a-z0-9-]+:[0-9]{12}:event-bus/.+$", var.event_bus_arn))
    error_message = "event_bus_arn must be null or arn:aws:events:REGION:ACCOUNT:event-bus/NAME. Given: ${var.event_bus_arn == null ? "null" : var.event_bus_arn}."
  }
}
