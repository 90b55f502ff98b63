output "backend" {
  description = "What the dispatcher needs to start jobs here: the object every backend module outputs."
  value = {
    name = "sagemaker"
    config = jsonencode({
      request           = local.request
      checkpoint_s3_uri = trimsuffix(var.storage.checkpoint_s3_uri, "/")
    })
    policy_json        = jsonencode(local.dispatcher_policy)
    report_policy_json = jsonencode(local.report_policy)
    # All of them: what a job does on the way is its progress. Of these jobs alone: they have the module's role.
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
  description = "Name of the log group the jobs write to: SageMaker's own, of all training jobs of the account."
  value       = local.log_group
}
