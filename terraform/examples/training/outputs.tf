output "state_machines" {
  description = "ARNs of the state machines that train, by backend: batch, sagemaker."
  value       = { for key, machine in module.state_machine : trimprefix(key, "training-") => machine.arn }

  precondition {
    condition     = length(module.activity) > 0
    error_message = "batch or sagemaker must be set: without them nothing trains. Given: null and null."
  }
}

output "activities" {
  description = "ARNs of the activities: training-batch, training-sagemaker."
  value       = { for key, activity in module.activity : key => activity.arn }
}

output "functions" {
  description = "ARN and log group of each function, by name."
  value       = { for name, function in module.sweep : "sweep-${name}" => { arn = function.arn, log_group_name = function.log_group_name } }
}
