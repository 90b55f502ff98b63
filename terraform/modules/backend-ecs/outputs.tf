output "backend" {
  description = "Where and how jobs run, for module activity."
  value = {
    kind = "ecs"
    name = var.name
    config = jsonencode(merge({
      cluster           = local.cluster_arn
      task_definition   = aws_ecs_task_definition.this.family
      container         = local.container_name
      capacity          = var.settings.capacity
      exec              = var.settings.exec
      subnets           = local.network == null ? [] : local.network.subnets
      security_groups   = local.network == null ? [] : local.network.security_groups
      assign_public_ip  = (local.network == null ? false : local.network.assign_public_ip)
      log_group         = aws_cloudwatch_log_group.this.name
      log_stream_prefix = local.log_stream_prefix
    }, { for gpus in [local.container.gpus] : "gpus" => gpus if gpus > 0 }))
  }
}

output "schema" {
  description = "The settings with their defaults, for module activity: a name that was given and is not in here does not exist."
  value       = var.settings
}

output "job_role_name" {
  description = "Name of the jobs' role, to attach more policies to."
  value       = aws_iam_role.this["task"].name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to."
  value       = aws_cloudwatch_log_group.this.name
}
