output "stack" {
  description = "What the checks need of the stack."
  value = {
    region                = module.stack.control_plane.region
    data_bucket           = module.stack.handle.bucket.name
    task_table            = module.stack.handle.table.name
    dispatch_queue_url    = module.stack.handle.queue.url
    dead_letter_queue_url = module.stack.control_plane.queues.dead_letter.url
    functions             = module.stack.control_plane.functions
    activities            = { for name, activity in local.served : name => activity.arn if activity.arn != null }
    state_machines        = {}
    worker_policy_json    = module.jobs.worker_policy_json
  }
}

output "state_machines" {
  description = "ARNs of the state machines, by check."
  value       = { for key, machine in module.state_machine : key => machine.arn }
}

output "unserved_activities" {
  description = "ARNs of the activities that nothing serves."
  value       = { for key, activity in aws_sfn_activity.unserved : key => activity.id }
}

output "job_log_group" {
  description = "Log group of the function that does as its input says."
  value       = module.job.log_group_name
}

output "queue_urls" {
  description = "URLs of the queues: events, chain, chain-dead-letters."
  value       = { for key, queue in aws_sqs_queue.this : key => queue.url }
}

output "lag_log_group" {
  description = "Log group whose lines are timed; its stream is called lag."
  value       = aws_cloudwatch_log_group.lag.name
}

output "chain_log_group" {
  description = "Log group of the function that sends on each message."
  value       = aws_cloudwatch_log_group.chain.name
}
