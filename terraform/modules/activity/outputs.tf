output "arn" {
  description = "ARN of the activity."
  value       = aws_sfn_activity.this.id
}

output "name" {
  description = "Name of the activity."
  value       = aws_sfn_activity.this.name
}

output "process_state" {
  description = <<-EOT
    The state that has the activity process its input, an object: merge(module.x.process_state, { Next = "..." }) or
    { End = true } goes into the States of a definition or of a Map.
  EOT
  value       = local.process_states[var.wake_up == "requests" ? "requests" : "other"]
}

output "execution_policy_json" {
  description = <<-EOT
    What the state machine's role needs for the state: a policy document in JSON. null unless wake_up is requests:
    nothing.
  EOT
  value       = var.wake_up == "requests" ? jsonencode(local.execution_policy) : null
}

output "heartbeat_seconds" {
  description = "The activity's heartbeat, for the dispatcher."
  value       = var.heartbeat_seconds
}

output "timeout_seconds" {
  description = "The activity's time limit, for the dispatcher."
  value       = var.timeout_seconds
}

output "alarm_arns" {
  description = "ARNs of the alarms on tasks that timed out, by metric."
  value       = { for metric, alarm in aws_cloudwatch_metric_alarm.this : metric => alarm.arn }
}
