output "handle" {
  description = <<-EOT
    All that activities need of the stack. Module lookup reads the same in other Terraform states, from the SSM parameter
    /activity-dispatch/NAME.
  EOT
  value       = local.handle
  # Who has it finds everything that it names, and what ends jobs: an activity is not gone before its last one has ended.
  depends_on = [
    aws_batch_job_queue.this, aws_cloudwatch_event_target.minutely, aws_cloudwatch_event_target.this, aws_dynamodb_table.tasks, aws_ecs_cluster_capacity_providers.this, aws_lambda_permission.listener,
    aws_lambda_permission.minutely, aws_lambda_permission.reporter, aws_s3_bucket_policy.this, aws_vpc_security_group_egress_rule.jobs, module.dispatcher, module.poller, module.reconciler,
  ]
}

output "worker_environment" {
  description = "Environment variables that a processing function needs."
  value       = local.worker_environment
}

output "region" {
  description = "The region the stack is in."
  value       = local.region
}

output "queues" {
  description = "Name, URL and ARN of the queues: dispatch, dead_letter, report_dead_letter."
  value       = { for key, queue in aws_sqs_queue.this : key => { name = queue.name, url = queue.url, arn = local.queue_arns[key] } }
}

output "functions" {
  description = "Name, ARN and log group of each of the stack's functions, by role: dispatcher, reporter, reconciler, poller, listener."
  value       = { for name, function in local.functions : name => { name = function.name, arn = function.arn, log_group_name = function.log_group_name } }
}

output "alarm_arns" {
  description = "ARNs of the alarms on dead letters, on a silent reconciler or poller, and on the functions."
  value       = local.alarm_arns
}

output "dashboard_url" {
  description = "URL of the dashboard in the console. null without a dashboard."
  value       = one(module.dashboard[*].url)
}
