output "dispatch_queue" {
  description = "The queue of dispatch requests, for module activity."
  value       = { url = aws_sqs_queue.this["dispatch"].url, arn = local.queue_arns.dispatch }
}

output "dead_letter_queue" {
  description = "The queue for dispatch requests that could not be handled."
  value       = { url = aws_sqs_queue.this["dead_letter"].url, arn = local.queue_arns.dead_letter }
}

output "task_table" {
  description = "The table that holds each task from dispatch to outcome."
  value       = { name = aws_dynamodb_table.tasks.name, arn = aws_dynamodb_table.tasks.arn }
}

output "function" {
  description = "The dispatcher."
  value       = { name = module.function.name, arn = module.function.arn, log_group_name = module.function.log_group_name }
}

output "report_dead_letter_queue" {
  description = "The queue for job events that could not be handled."
  value       = { url = aws_sqs_queue.this["report_dead_letter"].url, arn = local.queue_arns.report_dead_letter }
}

output "reporter" {
  description = "The reporter."
  value       = { name = module.reporter.name, arn = module.reporter.arn, log_group_name = module.reporter.log_group_name }
}

output "reconciler" {
  description = "The reconciler."
  value       = { name = module.reconciler.name, arn = module.reconciler.arn, log_group_name = module.reconciler.log_group_name }
}

output "poller" {
  description = "The poller. null unless the wake_up of an activity is poll."
  value       = one([for poller in module.poller : { name = poller.name, arn = poller.arn, log_group_name = poller.log_group_name }])
}

output "listener" {
  description = "The listener. null unless the wake_up of an activity is logs."
  value       = one([for listener in module.listener : { name = listener.name, arn = listener.arn, log_group_name = listener.log_group_name }])
}

output "worker_policy_json" {
  description = "What a processing function needs to report: a policy document in JSON."
  value       = jsonencode(local.worker_policy)
}

output "worker_environment" {
  description = "Environment variables that a processing function needs."
  value       = local.worker_environment
}

output "job_policy_json" {
  description = "What a container needs to report: a policy document in JSON."
  value       = jsonencode(local.job_policy)
}

output "job_environment" {
  description = "Environment variables that a container needs."
  value       = local.job_environment
}

output "queue_names" {
  description = "Names of the queues: dispatch, dead_letter, report_dead_letter."
  value       = { for key, queue in local.queues : key => queue.name }
}

output "alarm_arns" {
  description = "ARNs of the alarms on dead letters, on a silent reconciler or poller, and on the functions."
  value = merge(
    { for key, alarm in aws_cloudwatch_metric_alarm.dead_letter : key => alarm.arn },
    { reconciler-silent = aws_cloudwatch_metric_alarm.reconciler_silent.arn },
    { for key, alarm in aws_cloudwatch_metric_alarm.reporter_lost : "reporter-${key}" => alarm.arn },
    { for alarm in aws_cloudwatch_metric_alarm.poller_silent : "poller-silent" => alarm.arn },
    [for name, function in merge({ dispatcher = module.function, reporter = module.reporter, reconciler = module.reconciler }, module.poller, module.listener) :
      { for key, arn in function.alarm_arns : "${name}-${key}" => arn }
    ]...
  )
}
