# The activity whose jobs are ECS tasks on Fargate.
locals {
  fargate_activities = var.fargate == null ? {} : { fargate = var.fargate }
}

module "backend_fargate" {
  source   = "../backend-fargate"
  for_each = local.fargate_activities

  name               = "${var.name}-${each.key}"
  container          = each.value.container
  size               = each.value.size
  spot               = each.value.spot
  cluster            = each.value.cluster
  former_clusters    = each.value.former_clusters
  repository_arns    = each.value.repository_arns
  timeout_seconds    = coalesce(each.value.job_timeout_seconds, each.value.timeout_seconds)
  network            = local.network
  worker             = local.worker
  policies           = merge(each.value.policies, local.example_job_policies)
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  tags               = var.tags
}
