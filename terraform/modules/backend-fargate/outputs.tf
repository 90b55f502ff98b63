output "backend" {
  description = "What the dispatcher needs to start jobs here: the object that every backend module outputs."
  value = {
    name      = "fargate"
    job_names = var.name
    config = jsonencode({
      # Not the ARN built from the name: whatever reads this must wait for the cluster and its capacity providers.
      cluster           = local.creates_cluster ? "${local.ecs_arn_prefix}:cluster/${aws_ecs_cluster_capacity_providers.this[0].cluster_name}" : local.cluster_arn
      task_definition   = aws_ecs_task_definition.this.family
      container         = local.container_name
      capacity_provider = var.spot ? "FARGATE_SPOT" : "FARGATE"
      subnets           = var.network.subnets
      security_groups   = local.creates_security_group ? [aws_security_group.this[0].id] : var.network.security_groups
      assign_public_ip  = var.network.assign_public_ip
      log_group         = aws_cloudwatch_log_group.this.name
      log_stream_prefix = local.log_stream_prefix
    })
    policy_json        = jsonencode(local.dispatcher_policy)
    report_policy_json = jsonencode(local.report_policy)
    # Only ends, because nothing is reported before, and only of these jobs, in whichever cluster they were started.
    event_pattern = jsonencode({
      source      = ["aws.ecs"]
      detail-type = ["ECS Task State Change"]
      detail = {
        taskDefinitionArn = [{ prefix = "${local.family_arn}:" }]
        lastStatus        = ["STOPPED"]
      }
    })
  }
}

output "cluster_arn" {
  description = "ARN of the cluster that jobs run in."
  value       = local.cluster_arn
}

output "task_role_name" {
  description = "Name of the jobs' role, to attach more policies to."
  value       = aws_iam_role.this["task"].name
}

output "log_group_name" {
  description = "Name of the log group the jobs write to."
  value       = aws_cloudwatch_log_group.this.name
}
