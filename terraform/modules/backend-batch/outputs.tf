output "backend" {
  description = "Where and how jobs run, for module activity."
  value = {
    kind = "batch"
    name = var.name
    config = jsonencode(merge({
      # Not the ARN built from the name: whatever reads this must wait for the queue.
      job_queue      = local.creates_queue ? aws_batch_job_queue.this[0].arn : startswith(local.given_queue, "arn:") ? local.given_queue : "${local.batch_arn_prefix}:job-queue/${local.given_queue}"
      job_definition = aws_batch_job_definition.this.name
      log_group      = aws_cloudwatch_log_group.this.name
      # Whose jobs they are: who may end them is told by it.
      tags = merge(local.all_tags, { activity-dispatch = var.stack.name })
    }, { for arn in var.settings.scheduling_policy_arn[*] : "fair_share" => true }, { for has in [local.has_sidecars] : "container" => local.job_name if has }, { for has in [local.has_sidecars] : "sidecars" => local.sidecars_size if has }))
  }
}

output "schema" {
  description = "The settings with their defaults, for module activity: a name that was given and is not in here does not exist."
  value       = var.settings
}

output "job_role_name" {
  description = "Name of the jobs' role, to attach more policies to."
  value       = aws_iam_role.this["job"].name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to."
  value       = aws_cloudwatch_log_group.this.name
}
