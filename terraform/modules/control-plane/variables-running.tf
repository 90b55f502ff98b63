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
