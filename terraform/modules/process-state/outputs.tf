output "state" {
  description = <<-EOT
    The state that has the activity process its input, an object: merge(module.x.state, { Next = "..." }) or { End = true }
    goes into the States of a definition, of a Map or of a branch.
  EOT
  value       = jsondecode(local.states[local.kind])

  precondition {
    condition     = var.heartbeat_seconds == null ? true : var.heartbeat_seconds >= var.activity.heartbeat_seconds && floor(var.heartbeat_seconds) == var.heartbeat_seconds
    error_message = "heartbeat_seconds must be null or a whole number of at least the activity's ${var.activity.heartbeat_seconds}. Given: ${var.heartbeat_seconds == null ? "null" : var.heartbeat_seconds}."
  }
  precondition {
    condition     = var.timeout_seconds == null ? true : var.timeout_seconds <= var.activity.timeout_seconds && floor(var.timeout_seconds) == var.timeout_seconds
    error_message = "timeout_seconds must be null or a whole number of at most the activity's ${var.activity.timeout_seconds}. Given: ${var.timeout_seconds == null ? "null" : var.timeout_seconds}."
  }
  precondition {
    # Those of the activity itself are judged there.
    condition     = (var.heartbeat_seconds == null && var.timeout_seconds == null) || local.clocks.HeartbeatSeconds < local.clocks.TimeoutSeconds
    error_message = "heartbeat_seconds must be below timeout_seconds. Given: ${local.clocks.HeartbeatSeconds} and ${local.clocks.TimeoutSeconds}."
  }
  precondition {
    condition     = alltrue([for rule in var.catch : local.is_jsonata ? rule.result_path == null : rule.output == null])
    error_message = "catch must have result_path only in JSONPath and output only in JSONata. Given: ${jsonencode(var.catch)} in ${var.query_language}."
  }
  precondition {
    condition     = (var.activity.arn == null) == (var.activity.wake_up == "callback")
    error_message = "activity must have an arn unless its wake_up is callback. Given: ${jsonencode(var.activity)}."
  }
}

output "execution_policy_json" {
  description = <<-EOT
    What the state machine's role needs for the state: a policy document in JSON. null: nothing, because the activity's
    wake_up is poll or logs.
  EOT
  value       = local.kind == "alone" ? null : jsonencode(local.policy)
}
