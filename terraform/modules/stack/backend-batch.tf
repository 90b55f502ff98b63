# Activities whose jobs are Batch jobs: batch, and the trainings' own (training-backends.tf).
locals {
  batch_settings = merge(
    var.batch == null ? {} : {
      batch = merge(var.batch, { policies = merge(var.batch.policies, local.example_job_policies) })
    },
    local.training_on_batch,
  )
  batch_activities = { for key, batch in local.batch_settings : key => {
    heartbeat_seconds      = batch.heartbeat_seconds
    timeout_seconds        = batch.timeout_seconds
    allowed_overrides      = batch.allowed_overrides
    max_concurrent_jobs    = batch.max_concurrent_jobs
    max_queue_seconds      = batch.max_queue_seconds
    wake_up                = batch.wake_up
    pollers                = batch.pollers
    overflow_after_seconds = batch.overflow_after_seconds
  } }
}

module "backend_batch" {
  source   = "../backend-batch"
  for_each = local.batch_settings

  name            = "${var.name}-${each.key}"
  container       = each.value.container
  size            = each.value.size
  compute         = each.value.compute
  job_queue       = each.value.job_queue
  attempts        = each.value.attempts
  repository_arns = each.value.repository_arns
  # Batch's minimum is a minute.
  timeout_seconds    = coalesce(each.value.job_timeout_seconds, max(60, each.value.timeout_seconds))
  network            = local.network
  worker             = local.worker
  policies           = each.value.policies
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  tags               = var.tags
}
