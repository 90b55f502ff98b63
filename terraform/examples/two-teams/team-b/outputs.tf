output "state_machine" {
  description = "ARN of the state machine."
  value       = module.state_machine.arn
}

output "worker_environment" {
  description = "Environment variables that the function needs."
  value       = module.studio.handle.worker_environment
}
