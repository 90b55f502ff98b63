# Sweeps: prepare the trainings, push each one to the backend, choose the best and publish it. A composition of the modules, as a
# user would write it; see docs/training.md.
locals {
  name   = var.stack.name
  bucket = var.stack.bucket
  s3_uri = "s3://${local.bucket.name}/training"

  # Without a limit for the time in the queue: a GPU on Spot may take long to arrive.
  activities = {
    training-batch     = var.batch != null
    training-sagemaker = var.sagemaker != null
  }
  # On Batch the training itself writes checkpoints and models to S3. The state machine retries when a host is lost.
  batch = merge(var.batch, { container = var.container, repository_arns = var.repository_arns, policies = merge(merge({ policies = {} }, var.batch).policies, { training = jsonencode(local.training_policy) }) })
  sagemaker = merge(var.sagemaker, {
    container       = var.container
    repository_arns = var.repository_arns
    metrics         = var.metrics
    storage         = { output_s3_uri = "${local.s3_uri}/", checkpoint_s3_uri = "${local.s3_uri}/" }
  })

  steps = {
    prepare = { handler = "prepare", description = "Training: lists the trainings of a sweep", policies = {} }
    reduce  = { handler = "reduce", description = "Training: chooses the best", policies = {} }
    publish = {
      handler     = "publish_winner"
      description = "Training: writes the winner, the comparison and the learning curves"
      policies    = { data = jsonencode(local.publish_policy) }
    }
  }
}

module "activity" {
  source   = "../../modules/activity"
  for_each = toset([for key, wanted in local.activities : key if wanted])

  stack             = var.stack
  name              = each.key
  batch             = each.key == "training-batch" ? local.batch : null
  sagemaker         = each.key == "training-sagemaker" ? local.sagemaker : null
  heartbeat_seconds = var.limits.heartbeat_seconds
  timeout_seconds   = var.limits.timeout_seconds
}

module "packages" {
  source = "../../modules/packages"

  packages = var.packages
  names    = ["sweep"]
  bucket   = local.bucket.name
}

module "sweep" {
  source   = "../../modules/function"
  for_each = local.steps

  name        = "${local.name}-sweep-${each.key}"
  description = each.value.description
  handler     = "sweep.handler.${each.value.handler}"
  package     = module.packages.packages["sweep"]
  policies    = each.value.policies
  limits      = { timeout_seconds = 60, memory_mb = 512 }
  iam         = { permissions_boundary_arn = var.stack.iam.permissions_boundary_arn }
  logs        = { retention_days = var.stack.log_retention_days }
  kms_key_arn = var.stack.kms_key_arn
  watching    = { alarm_actions = var.stack.alarm_actions }
  tags        = var.stack.tags
}
