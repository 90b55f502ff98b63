output "backend" {
  description = "Where and how jobs run, for module activity."
  value       = { kind = "lambda", name = var.name, config = jsonencode({ function_arn = var.settings.function_arn }) }
  depends_on  = [aws_iam_role_policy.worker, aws_lambda_function_event_invoke_config.this, aws_lambda_function_recursion_config.this, aws_lambda_permission.starter]
}

output "schema" {
  description = "The settings with their defaults, for module activity: a name that was given and is not in here does not exist."
  value       = var.settings
}

output "worker_policy_json" {
  description = "What the function needs to report, for a role that is not ours to change: a policy document in JSON."
  value       = module.job_policy.policy_json
}
