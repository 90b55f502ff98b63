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
  description = "The settings that there are, for module activity: by name those inside, null where any name may stand."
  value       = { for name, value in var.settings : name => contains(["container", "instances", "storage", "network"], name) ? try(keys(value), null) : null }
}

output "job_role_name" {
  description = "Name of the training jobs' role, to attach more policies to."
  value       = aws_iam_role.this.name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to: SageMaker's own, which all training jobs of the account share."
  value       = local.log_group
}
