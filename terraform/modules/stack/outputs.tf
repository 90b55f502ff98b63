output "handle" {
  description = "The stack, for module activity and the examples; module lookup reads it in other Terraform states."
  value       = module.control_plane.handle
}

output "control_plane" {
  description = "The outputs of module control-plane."
  value       = module.control_plane
}

output "activities" {
  description = "The outputs of module activity, by activity."
  value       = module.activity

  precondition {
    # merge would take a misspelt argument, and no module would read it.
    condition     = length(local.unknown) == 0
    error_message = "activities must have arguments of module activity only: ${join(", ", keys(local.unset))}. Unknown: ${join(", ", local.unknown)}."
  }
}

output "process_states" {
  description = "The state to put into a definition, by activity; see module activity."
  value       = { for key, activity in module.activity : key => activity.process_state }
}

output "execution_policies_json" {
  description = <<-EOT
    What a state machine's role needs for that state: policy documents in JSON, by activity. Only for activities
    whose wake_up is requests or callback: the others need none.
  EOT
  value       = { for key, activity in module.activity : key => activity.execution_policy_json if !contains(["poll", "logs"], activity.activity.wake_up) }
}

output "worker_environment" {
  description = "Environment variables that a processing function needs."
  value       = module.control_plane.worker_environment
}
