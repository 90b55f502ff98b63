output "process_state" {
  description = "The state to put into your state machine's definition."
  value       = module.stack.process_states.letter
}

output "event_bus_arn" {
  description = "ARN of the bus that is told about tasks."
  value       = aws_cloudwatch_event_bus.tasks.arn
}

output "queue_url" {
  description = "URL of the queue with the tasks that failed."
  value       = aws_sqs_queue.failed.url
}
