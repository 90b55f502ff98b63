output "state_machine" {
  description = "ARN of the state machine."
  value       = module.state_machine.arn
}

output "endpoints" {
  description = "The endpoints that were created, by service."
  value       = sort(concat(keys(aws_vpc_endpoint.interface), keys(aws_vpc_endpoint.gateway)))
}

output "security_group_id" {
  description = "ID of the functions' security group: endpoints that exist already must let it in."
  value       = aws_security_group.functions.id
}
