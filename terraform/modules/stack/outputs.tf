output "region" {
  description = "The region the stack is in."
  value       = data.aws_service.current.region
}

output "task_table" {
  description = "Name of the task table."
  value       = module.dispatcher.task_table.name
}

output "dispatch_queue_url" {
  description = "URL of the dispatch queue."
  value       = module.dispatcher.dispatch_queue.url
}

output "dead_letter_queue_url" {
  description = "URL of the queue for dispatch requests that could not be handled."
  value       = module.dispatcher.dead_letter_queue.url
}

output "data_bucket" {
  description = "Name of the bucket for the example's texts and results, and for large inputs and outputs under tasks/."
  value       = aws_s3_bucket.this["data"].id
}

output "activities" {
  description = "ARNs of the activities, by backend and by key of lambda_activities."
  value       = { for key, activity in module.activity : key => activity.arn }
}

output "state_machines" {
  description = "ARNs of the example's state machines, by backend."
  value       = { for key, machine in module.state_machine : key => machine.arn }
}

output "examples" {
  description = "ARNs of the example's other state machines: fan-out, which takes many texts."
  value       = { for key, machine in module.fan_out : key => machine.arn }
}

output "trainings" {
  description = "ARNs of the state machines that train, by backend: batch, sagemaker."
  value       = { for key, machine in module.training : trimprefix(key, "training-") => machine.arn }
}

output "process_states" {
  description = "The state to put into a definition, by activity; see module activity."
  value       = local.process_states
}

output "execution_policies_json" {
  description = <<-EOT
    What a state machine's role needs for that state: policy documents in JSON, by activity. Only for activities
    whose wake_up is requests or callback: the others need none.
  EOT
  value       = local.execution_policies
}

output "worker_policy_json" {
  description = "What a processing function needs to report: a policy document in JSON."
  value       = module.dispatcher.worker_policy_json
}

output "worker_environment" {
  description = "Environment variables that a processing function needs."
  value       = module.dispatcher.worker_environment
}

output "functions" {
  description = "ARN and log group of each function of the stack, by name."
  value = { for name, function in merge(
    {
      dispatcher = module.dispatcher.function
      reporter   = module.dispatcher.reporter
      reconciler = module.dispatcher.reconciler
    },
    { for name, function in { poller = module.dispatcher.poller, listener = module.dispatcher.listener } : name => function if function != null },
    { for process in module.process : "process" => process },
    module.step,
    { for name, function in module.sweep : "sweep-${name}" => function },
  ) : name => { arn = function.arn, log_group_name = function.log_group_name } }
}

output "dashboard_url" {
  description = "URL of the dashboard in the console. null without a dashboard."
  value       = one(module.dashboard[*].url)
}
