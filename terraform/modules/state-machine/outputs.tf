output "arn" {
  description = "ARN of the state machine."
  value       = aws_sfn_state_machine.this.arn
}

output "name" {
  description = "Name of the state machine."
  value       = aws_sfn_state_machine.this.name
}

output "role_name" {
  description = "Name of the executions' role, to attach more policies to."
  value       = aws_iam_role.this.name
}

output "log_group_name" {
  description = "Name of the log group that holds the executions' history."
  value       = aws_cloudwatch_log_group.this.name
}
