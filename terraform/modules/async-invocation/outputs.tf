output "function_arn" {
  description = "The function, once it is set up."
  value       = aws_lambda_function_event_invoke_config.this.function_name
}

output "alarm_arns" {
  description = "ARN of the alarm on jobs that Lambda never ran."
  value       = { dropped = aws_cloudwatch_metric_alarm.dropped.arn }
}
