output "state_machine" {
  description = "ARN of the state machine."
  value       = aws_sfn_state_machine.orders.arn
}

output "worker_environment" {
  description = "Environment variables that the function needs."
  value       = module.stack.worker_environment
}
