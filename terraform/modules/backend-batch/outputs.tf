output "backend" {
  description = "Where and how jobs run, for module activity."
  value = {
    kind = "batch"
    name = var.name
    config = jsonencode({
      # Not the ARN built from the name: whatever reads this must wait for the queue.
      job_queue      = local.creates_queue ? aws_batch_job_queue.this[0].arn : startswith(local.given_queue, "arn:") ? local.given_queue : "${local.batch_arn_prefix}:job-queue/${local.given_queue}"
      job_definition = aws_batch_job_definition.this.name
      log_group      = aws_cloudwatch_log_group.this.name
      # Whose jobs they are: who may end them is told by it.
      tags = merge(local.tags, { activity-dispatch = var.stack.name })
    })
  }
}

output "schema" {
  description = "The settings that there are, for module activity: by name those inside, null where any name may stand."
  value       = { for name, value in var.settings : name => contains(["container", "size", "compute", "network"], name) ? try(keys(value), null) : null }
}

output "job_role_name" {
  description = "Name of the jobs' role, to attach more policies to."
  value       = aws_iam_role.this["job"].name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to."
  value       = aws_cloudwatch_log_group.this.name
}
