output "activities" {
  description = "ARNs of the activities: lambda, fargate, batch."
  value       = merge({ lambda = module.lambda.arn }, { for key, activity in module.container : key => activity.arn })
}

output "state_machines" {
  description = "ARNs of the state machines, by activity."
  value       = { for key in local.machines : key => module.state_machine[key].arn }
}

output "examples" {
  description = "ARNs of the other state machines: fan-out, which takes many texts."
  value       = { for key, machine in module.state_machine : key => machine.arn if !contains(local.machines, key) }

  precondition {
    condition     = contains(local.machines, var.fan_out.activity)
    error_message = "fan_out.activity must be one of the activities that there are: ${join(", ", local.machines)}. Given: \"${var.fan_out.activity}\"."
  }
}

output "process_states" {
  description = "The state to put into a definition, by activity; see module activity."
  value       = local.process_states
}

output "execution_policies_json" {
  description = "What a state machine's role needs for that state, by activity: policy documents in JSON."
  value       = local.policies
}

output "functions" {
  description = "ARN and log group of each function, by name."
  value       = { for name, function in module.function : name => { arn = function.arn, log_group_name = function.log_group_name } }
}

output "worker_policy_json" {
  description = "What the processing function needs to report: a policy document in JSON."
  value       = module.lambda.worker_policy_json
}
