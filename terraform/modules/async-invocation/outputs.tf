output "function_arn" {
  description = "The function, once it is set up."
  value       = aws_lambda_function_event_invoke_config.this.function_name
}
