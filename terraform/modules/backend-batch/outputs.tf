output "backend" {
  description = "What the dispatcher needs to start jobs here: the object that every backend module outputs."
  value = {
    name      = "batch"
    job_names = var.name
    config = jsonencode({
      # Not the ARN built from the name: whatever reads this must wait for the queue.
      job_queue      = local.creates_queue ? aws_batch_job_queue.this[0].arn : local.queue_arn
      job_definition = aws_batch_job_definition.this.name
      log_group      = aws_cloudwatch_log_group.this.name
    })
    policy_json        = jsonencode(local.dispatcher_policy)
    report_policy_json = jsonencode(local.report_policy)
    # Only ends, because nothing is reported before, and only of these jobs, in whichever queue they were started.
    event_pattern = jsonencode({
      source      = ["aws.batch"]
      detail-type = ["Batch Job State Change"]
      detail = {
        jobDefinition = [{ prefix = "${local.job_definition_arn}:" }]
        status        = ["SUCCEEDED", "FAILED"]
      }
    })
  }
}

output "job_queue_arn" {
  description = "ARN of the queue that jobs are submitted to."
  value       = local.queue_arn
}

output "job_role_name" {
  description = "Name of the jobs' role, to attach more policies to."
  value       = aws_iam_role.this["job"].name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to."
  value       = aws_cloudwatch_log_group.this.name
}
