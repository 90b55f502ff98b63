output "state_machines" {
  description = "ARNs of the state machines: in-jsonpath, in-jsonata."
  value       = { for name, machine in module.state_machine : name => machine.arn }
}

output "worker_environment" {
  description = "Environment variables that the functions need."
  value       = module.stack.worker_environment
}
