output "state_machine" {
  description = "ARN of the state machine."
  value       = module.state_machine.arn
}
