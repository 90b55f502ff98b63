# Activities whose jobs are SageMaker training jobs: sagemaker, and the trainings' own (training-backends.tf).
locals {
  sagemaker_activities = merge(
    var.sagemaker == null ? {} : { sagemaker = merge(var.sagemaker, {
      limits  = { timeout_seconds = coalesce(var.sagemaker.job_timeout_seconds, var.sagemaker.timeout_seconds), max_wait_seconds = var.sagemaker.max_wait_seconds }
      storage = { for name, uri in var.sagemaker.storage : name => uri if uri != null }
    }) },
    local.training_on_sagemaker,
  )
}

module "backend_sagemaker" {
  source   = "../backend-sagemaker"
  for_each = local.sagemaker_activities

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
