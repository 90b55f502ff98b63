output "process_state" {
  description = <<-EOT
    The state that has its input processed, an object: merge(module.x.process_state, { Next = "..." }) or { End =
    true } goes into the States of a definition or of a Map.
  EOT
  value       = local.process_state
}

output "execution_policy_json" {
  description = "What the state machine's role needs for the state: a policy document in JSON."
  value       = jsonencode(local.execution_policy)
}
