output "state_machines" {
  description = "ARNs of the state machines, by activity."
  value       = { for name, machine in module.state_machine : name => machine.arn }
}

output "worker_environment" {
  description = "What the function needs in its environment."
  value       = module.stack.worker_environment
}
