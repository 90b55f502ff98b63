output "state_machine" {
  description = "ARN of the state machine."
  value       = module.state_machine.arn
}

output "activities" {
  description = "ARNs of the activities, by name."
  value       = { transcode = module.transcode.arn, caption = module.caption.arn, index = module.index.arn }
}
