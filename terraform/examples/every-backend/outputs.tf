output "state_machines" {
  description = "ARNs of the state machines, by activity."
  value       = { for name, machine in module.state_machine : name => machine.arn }
}

output "worker_environment" {
  description = "Environment variables that the function needs."
  value       = module.stack.worker_environment
}
