output "backend" {
  description = "Where and how jobs run, for module activity."
  value = {
    kind = "sagemaker"
    name = var.name
    config = jsonencode({
      request           = local.request
      checkpoint_s3_uri = trimsuffix(local.storage.checkpoint_s3_uri, "/")
    })
  }
  # So that the first job has its permissions.
  depends_on = [aws_iam_role_policy.this]
}

output "schema" {
  description = "The settings with their defaults, for module activity: a name that was given and is not in here does not exist."
  value       = var.settings
}

output "job_role_name" {
  description = "Name of the training jobs' role, to attach more policies to."
  value       = aws_iam_role.this.name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to: SageMaker's own, which all training jobs of the account share."
  value       = local.log_group
}
