# Activities whose jobs are SageMaker training jobs: sagemaker, and the trainings' own (training-backends.tf).
locals {
  sagemaker_settings = merge(
    var.sagemaker == null ? {} : { sagemaker = {
      container              = var.sagemaker.container
      instances              = var.sagemaker.instances
      limits                 = { timeout_seconds = coalesce(var.sagemaker.job_timeout_seconds, var.sagemaker.timeout_seconds), max_wait_seconds = var.sagemaker.max_wait_seconds }
      storage                = { for name, uri in var.sagemaker.storage : name => uri if uri != null }
      hyperparameters        = var.sagemaker.hyperparameters
      metrics                = var.sagemaker.metrics
      network                = var.sagemaker.network
      repository_arns        = var.sagemaker.repository_arns
      policies               = var.sagemaker.policies
      heartbeat_seconds      = var.sagemaker.heartbeat_seconds
      timeout_seconds        = var.sagemaker.timeout_seconds
      allowed_overrides      = var.sagemaker.allowed_overrides
      max_concurrent_jobs    = var.sagemaker.max_concurrent_jobs
      max_queue_seconds      = var.sagemaker.max_queue_seconds
      wake_up                = var.sagemaker.wake_up
      pollers                = var.sagemaker.pollers
      overflow_after_seconds = var.sagemaker.overflow_after_seconds
    } },
    local.training_on_sagemaker,
  )
  sagemaker_activities = { for key, sagemaker in local.sagemaker_settings : key => {
    heartbeat_seconds      = sagemaker.heartbeat_seconds
    timeout_seconds        = sagemaker.timeout_seconds
    allowed_overrides      = sagemaker.allowed_overrides
    max_concurrent_jobs    = sagemaker.max_concurrent_jobs
    max_queue_seconds      = sagemaker.max_queue_seconds
    wake_up                = sagemaker.wake_up
    pollers                = sagemaker.pollers
    overflow_after_seconds = sagemaker.overflow_after_seconds
  } }
}

module "backend_sagemaker" {
  source   = "../backend-sagemaker"
  for_each = local.sagemaker_settings

  name            = "${var.name}-${each.key}"
  container       = each.value.container
  instances       = each.value.instances
  limits          = each.value.limits
  storage         = merge({ output_s3_uri = "s3://${local.bucket_names.data}/models/", checkpoint_s3_uri = "s3://${local.bucket_names.data}/checkpoints/" }, each.value.storage)
  hyperparameters = each.value.hyperparameters
  metrics         = each.value.metrics
  network         = each.value.network
  repository_arns = each.value.repository_arns
  policies        = each.value.policies
  kms_key_arn     = var.data.kms_key_arn
  tags            = var.tags
}
