# The activity whose jobs are jobs of AWS Batch.
locals {
  batch_activities = { for batch in var.batch[*] : "batch" => {
    heartbeat_seconds   = batch.heartbeat_seconds
    timeout_seconds     = batch.timeout_seconds
    allowed_overrides   = batch.allowed_overrides
    max_concurrent_jobs = batch.max_concurrent_jobs
    max_queue_seconds   = batch.max_queue_seconds
  } }
}

module "backend_batch" {
  source   = "../backend-batch"
  for_each = local.batch_activities

  name            = "${var.name}-${each.key}"
  container       = var.batch.container
  size            = var.batch.size
  compute         = var.batch.compute
  job_queue       = var.batch.job_queue
  attempts        = var.batch.attempts
  repository_arns = var.batch.repository_arns
  # Batch allows no less than a minute.
  timeout_seconds    = coalesce(var.batch.job_timeout_seconds, max(60, var.batch.timeout_seconds))
  network            = local.network
  worker             = local.worker
  policies           = merge(var.batch.policies, local.example_job_policies)
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  tags               = var.tags
}
