output "region" {
  description = "The region the stack is in."
  value       = module.stack.region
}

output "task_table" {
  description = "Name of the task table."
  value       = module.stack.task_table
}

output "dispatch_queue_url" {
  description = "URL of the dispatch queue."
  value       = module.stack.dispatch_queue_url
}

output "dead_letter_queue_url" {
  description = "URL of the queue for dispatch requests that could not be handled."
  value       = module.stack.dead_letter_queue_url
}

output "data_bucket" {
  description = "Name of the bucket for the example's texts and results, and for large inputs and outputs under tasks/."
  value       = module.stack.data_bucket
}

output "activities" {
  description = "ARNs of the activities, by backend and by key of lambda_activities."
  value       = module.stack.activities
}

output "state_machines" {
  description = "ARNs of the example's state machines, by backend."
  value       = module.stack.state_machines
}

output "examples" {
  description = "ARNs of the example's other state machines: fan-out, which takes many texts."
  value       = module.stack.examples
}

output "trainings" {
  description = "ARNs of the state machines that train, by backend. Empty without trainings."
  value       = module.stack.trainings
}

output "process_states" {
  description = "The state to put into a definition, by activity; see module activity."
  value       = module.stack.process_states
}

output "execution_policies_json" {
  description = "What a state machine's role needs for that state, by activity: policy documents in JSON."
  value       = module.stack.execution_policies_json
}

output "worker_policy_json" {
  description = "What a processing function needs to report: a policy document in JSON."
  value       = module.stack.worker_policy_json
}

output "worker_environment" {
  description = "Environment variables that a processing function needs."
  value       = module.stack.worker_environment
}

output "functions" {
  description = "ARN and log group of each function of the stack."
  value       = module.stack.functions
}

output "endpoint" {
  description = "URL of the local cloud."
  value       = var.endpoint
}

output "dashboard_url" {
  description = "URL of the dashboard in the console. The local cloud has no console and only keeps the definition."
  value       = module.stack.dashboard_url
}
