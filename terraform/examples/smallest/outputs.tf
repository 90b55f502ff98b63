output "state_machine" {
  description = "ARN of the state machine."
  value       = module.state_machine.arn
}

output "worker_environment" {
  description = "What the function needs in its environment."
  value       = module.stack.worker_environment
}
