# Where trainings run: settings of their own activities, in the same form as those of batch and sagemaker.
locals {
  training_s3_uri = "s3://${local.bucket_names.data}/training"

  # On Batch the training itself writes checkpoints and models to S3.
  training_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "ListCheckpoints"
        Effect    = "Allow"
        Action    = ["s3:ListBucket"]
        Resource  = [local.bucket_arns.data]
        Condition = { StringLike = { "s3:prefix" = ["training/*"] } }
      },
      {
        Sid      = "KeepCheckpointsAndModels"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"]
        Resource = ["${local.bucket_arns.data}/training/*"]
      },
    ]
  }

  # Without a limit for the time in the queue: a GPU on Spot may take long to arrive.
  training_activity = { for training in var.training[*] : "activity" => merge(local.activity_defaults, {
    repository_arns     = training.repository_arns
    heartbeat_seconds   = training.heartbeat_seconds
    timeout_seconds     = training.timeout_seconds
    job_timeout_seconds = training.job_timeout_seconds
  }) }
  training_on_batch = { for batch in try(var.training.batch, null)[*] : "training-batch" => merge(local.training_activity["activity"], {
    container = { image = var.training.image, environment = var.training.environment }
    size      = batch.size
    compute   = batch.compute
    job_queue = batch.job_queue
    # The state machine retries when a host is lost.
    attempts = null
    policies = { training = jsonencode(local.training_policy) }
  }) }
  training_on_sagemaker = { for sagemaker in try(var.training.sagemaker, null)[*] : "training-sagemaker" => merge(local.training_activity["activity"], {
    container       = { image = var.training.image, environment = var.training.environment }
    instances       = sagemaker.instances
    limits          = { timeout_seconds = coalesce(var.training.job_timeout_seconds, var.training.timeout_seconds), max_wait_seconds = sagemaker.max_wait_seconds }
    storage         = { output_s3_uri = "${local.training_s3_uri}/", checkpoint_s3_uri = "${local.training_s3_uri}/" }
    hyperparameters = {}
    metrics         = var.training.metrics
    network         = sagemaker.network
    policies        = {}
  }) }
}
