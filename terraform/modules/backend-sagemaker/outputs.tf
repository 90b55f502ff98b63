output "backend" {
  description = "What the dispatcher needs to start jobs here: the object that every backend module outputs."
  value = {
    name      = "sagemaker"
    job_names = var.name
    config = jsonencode({
      request           = local.request
      checkpoint_s3_uri = trimsuffix(var.storage.checkpoint_s3_uri, "/")
    })
    policy_json        = jsonencode(local.dispatcher_policy)
    report_policy_json = jsonencode(local.report_policy)
    # All events, because those before the end are progress, but only of these jobs, which have the module's role.
    event_pattern = jsonencode({
      source      = ["aws.sagemaker"]
      detail-type = ["SageMaker Training Job State Change"]
      detail = {
        TrainingJobName = [{ prefix = local.job_name_prefix }]
        RoleArn         = [aws_iam_role.this.arn]
      }
    })
  }
}

output "role_name" {
  description = "Name of the training jobs' role, to attach more policies to."
  value       = aws_iam_role.this.name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to: SageMaker's own, which all training jobs of the account share."
  value       = local.log_group
}
