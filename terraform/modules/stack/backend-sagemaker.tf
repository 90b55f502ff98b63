# The activities whose jobs are training jobs of SageMaker: sagemaker, and the trainings' own (training-backends.tf).
locals {
  sagemaker_settings = merge(
    { for sagemaker in var.sagemaker[*] : "sagemaker" => {
      container              = sagemaker.container
      instances              = sagemaker.instances
      limits                 = { timeout_seconds = coalesce(sagemaker.job_timeout_seconds, sagemaker.timeout_seconds), max_wait_seconds = sagemaker.max_wait_seconds }
      storage                = { for name, uri in sagemaker.storage : name => uri if uri != null }
      hyperparameters        = sagemaker.hyperparameters
      metrics                = sagemaker.metrics
      network                = sagemaker.network
      repository_arns        = sagemaker.repository_arns
      policies               = sagemaker.policies
      heartbeat_seconds      = sagemaker.heartbeat_seconds
      timeout_seconds        = sagemaker.timeout_seconds
      allowed_overrides      = sagemaker.allowed_overrides
      max_concurrent_jobs    = sagemaker.max_concurrent_jobs
      max_queue_seconds      = sagemaker.max_queue_seconds
      wake_up                = sagemaker.wake_up
      pollers                = sagemaker.pollers
      overflow_after_seconds = sagemaker.overflow_after_seconds
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
