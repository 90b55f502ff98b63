output "function_arn" {
  description = "ARN of the function, once its asynchronous invocation is configured."
  value       = aws_lambda_function_event_invoke_config.this.function_name
}

output "alarm_arns" {
  description = "ARN of the alarm on jobs that Lambda never ran."
  value       = { dropped = aws_cloudwatch_metric_alarm.dropped.arn }
}
