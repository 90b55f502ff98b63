output "activity" {
  description = "What module process-state needs, for a second use in one state machine, another query language or other retries."
  value       = local.activity
  # A state that writes envelopes comes after the description that has them taken off.
  depends_on = [aws_dynamodb_table_item.this]
}

output "arn" {
  description = "ARN of the activity. null: a callback target, which has none."
  value       = local.arn
  depends_on  = [aws_sfn_activity.this]
}

output "process_state" {
  description = <<-EOT
    The state that has the activity process its input, in JSONPath, an object: merge(module.x.process_state, { Next = "..." }) or
    { End = true } goes into the States of a definition, of a Map or of a branch.
  EOT
  value       = module.process_state.state
  depends_on  = [aws_dynamodb_table_item.this]

  precondition {
    condition     = local.heartbeat_seconds >= 1 && local.heartbeat_seconds < var.timeout_seconds
    error_message = "heartbeat_seconds must be at least 1 and below timeout_seconds. Given: ${local.heartbeat_seconds} and ${var.timeout_seconds}."
  }
}

output "execution_policy_json" {
  description = "What the state machine's role needs for the state: a policy document in JSON. null: nothing."
  value       = module.process_state.execution_policy_json
}

output "backend" {
  description = "Where its jobs run, for another activity that uses the same."
  value       = local.backend
}

output "job_role_name" {
  description = "Name of the jobs' role, to attach more policies to. null: the backend is not made here, or is a function."
  value       = try(local.made[0].job_role_name, null)
}

output "worker_policy_json" {
  description = "What a function needs to report, for a role that is not ours to change: a policy document in JSON. null: no function."
  value       = one(module.lambda[*].worker_policy_json)
}

output "alarm_arns" {
  description = "ARNs of its alarms, by name."
  value       = { for alarm in aws_cloudwatch_metric_alarm.this : "timed-out" => alarm.arn }
}
