# Activities whose jobs are Batch jobs: batch, and the trainings' own (training-backends.tf).
locals {
  batch_activities = merge(
    var.batch == null ? {} : {
      batch = merge(var.batch, { policies = merge(var.batch.policies, local.example_job_policies) })
    },
    local.training_on_batch,
  )
}

module "backend_batch" {
  source   = "../backend-batch"
  for_each = local.batch_activities

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
