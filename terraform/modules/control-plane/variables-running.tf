# Where and when jobs run, and who is told: docs/running.md.
variable "pools" {
  description = <<-EOT
    Pools of slots that activities share, also those of other Terraform states: licences, database connections, vCPUs. By name,
    `{ size = 8 }`; an activity names its `pool` and its `weight`. docs/running.md.
  EOT
  type        = map(object({ size = number }))
  default     = {}
  nullable    = false
  validation {
    condition     = alltrue([for name in keys(var.pools) : can(regex("^[a-zA-Z0-9_-]{1,60}$", name))])
    error_message = "pools must have names of 1 to 60 letters, digits, - or _. Given: ${join(", ", keys(var.pools))}."
  }
  validation {
    # One item of the table lists what all jobs of a pool hold.
    condition     = alltrue([for pool in values(var.pools) : pool.size >= 1 && pool.size <= 5000 && floor(pool.size) == pool.size])
    error_message = "pools must have a size each, a whole number from 1 to 5000. Given: ${jsonencode(var.pools)}."
  }
}

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
