# The activity whose jobs are ECS tasks on Fargate.
locals {
  fargate_activities = var.fargate == null ? {} : { fargate = {
    heartbeat_seconds      = var.fargate.heartbeat_seconds
    timeout_seconds        = var.fargate.timeout_seconds
    allowed_overrides      = var.fargate.allowed_overrides
    max_concurrent_jobs    = var.fargate.max_concurrent_jobs
    max_queue_seconds      = var.fargate.max_queue_seconds
    wake_up                = var.fargate.wake_up
    pollers                = var.fargate.pollers
    overflow_after_seconds = var.fargate.overflow_after_seconds
  } }
}

module "backend_fargate" {
  source   = "../backend-fargate"
  for_each = local.fargate_activities

  name               = "${var.name}-${each.key}"
  container          = var.fargate.container
  size               = var.fargate.size
  spot               = var.fargate.spot
  cluster            = var.fargate.cluster
  repository_arns    = var.fargate.repository_arns
  timeout_seconds    = coalesce(var.fargate.job_timeout_seconds, var.fargate.timeout_seconds)
  network            = local.network
  worker             = local.worker
  policies           = merge(var.fargate.policies, local.example_job_policies)
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  tags               = var.tags
}
