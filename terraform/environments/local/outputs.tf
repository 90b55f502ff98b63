output "region" {
  description = "The region the stack is in."
  value       = module.stack.control_plane.region
}

output "stack_name" {
  description = "The stack's name, by which commands and other Terraform states find it."
  value       = module.stack.handle.name
}

output "task_table" {
  description = "Name of the task table."
  value       = module.stack.handle.table.name
}

output "dispatch_queue_url" {
  description = "URL of the dispatch queue."
  value       = module.stack.handle.queue.url
}

output "dead_letter_queue_url" {
  description = "URL of the queue for dispatch requests that could not be handled."
  value       = module.stack.control_plane.queues.dead_letter.url
}

output "data_bucket" {
  description = "Name of the bucket for the example's texts and results, and for large inputs and outputs under tasks/."
  value       = module.stack.handle.bucket.name
}

output "activities" {
  description = "ARNs of the activities, by name."
  value       = merge(module.word_count.activities, module.training[*].activities...)
}

output "state_machines" {
  description = "ARNs of the example's state machines, by backend."
  value       = module.word_count.state_machines
}

output "examples" {
  description = "ARNs of the example's other state machines: fan-out, which takes many texts."
  value       = module.word_count.examples
}

output "trainings" {
  description = "ARNs of the state machines that train, by backend. Empty without trainings."
  value       = merge({}, module.training[*].state_machines...)
}

output "process_states" {
  description = "The state to put into a definition, by activity; see module activity."
  value       = module.word_count.process_states
}

output "execution_policies_json" {
  description = "What a state machine's role needs for that state, by activity: policy documents in JSON."
  value       = module.word_count.execution_policies_json
}

output "worker_policy_json" {
  description = "What a processing function needs to report: a policy document in JSON."
  value       = module.word_count.worker_policy_json
}

output "worker_environment" {
  description = "Environment variables that a processing function needs."
  value       = module.stack.worker_environment
}

output "functions" {
  description = "ARN and log group of each function of the stack."
  value       = merge({ for name, function in module.stack.control_plane.functions : name => { arn = function.arn, log_group_name = function.log_group_name } }, module.word_count.functions, module.training[*].functions...)
}

output "endpoint" {
  description = "URL of the local cloud."
  value       = var.endpoint
}

output "dashboard_url" {
  description = "URL of the dashboard in the console. The local cloud has no console and only keeps the definition."
  value       = module.stack.control_plane.dashboard_url
}
