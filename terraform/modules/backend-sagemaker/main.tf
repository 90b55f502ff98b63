# Jobs are SageMaker training jobs. SageMaker reports them: their container has no worker.
locals {
  name = "${var.stack.prefix}${var.name}"
  tags = merge(var.stack.tags, var.settings.tags)
  # The provider tags what Terraform creates; the dispatcher creates the jobs. Not from the data source of the default tags: it would
  # be read late, because modules depend on their activity's claim.
  job_tags = merge(aws_iam_role.this.tags_all, local.tags, { activity-dispatch = var.stack.name })

  # SageMaker's own, shared by all training jobs of the account.
  log_group     = "/aws/sagemaker/TrainingJobs"
  log_group_arn = "arn:${var.stack.partition}:logs:${var.stack.region}:${var.stack.account}:log-group:${local.log_group}"

  # Below these a job of the activity finds its own places.
  storage = {
    output_s3_uri     = coalesce(var.settings.storage.output_s3_uri, "s3://${var.stack.bucket.name}/models/")
    checkpoint_s3_uri = coalesce(var.settings.storage.checkpoint_s3_uri, "s3://${var.stack.bucket.name}/checkpoints/")
    input_s3_uris     = var.settings.storage.input_s3_uris
  }
  timeout_seconds = coalesce(var.settings.job_timeout_seconds, var.timeout_seconds)

  algorithm = merge(
    {
      TrainingImage     = var.settings.container.image
      TrainingInputMode = "File"
      MetricDefinitions = [for name in sort(keys(var.settings.metrics)) : { Name = name, Regex = var.settings.metrics[name] }]
    },
    var.settings.container.entrypoint == null ? {} : { ContainerEntrypoint = var.settings.container.entrypoint },
    var.settings.container.arguments == null ? {} : { ContainerArguments = var.settings.container.arguments },
  )
  channels = [for name in sort(keys(local.storage.input_s3_uris)) : {
    ChannelName = name
    DataSource = { S3DataSource = {
      S3DataType             = "S3Prefix"
      S3DataDistributionType = "FullyReplicated"
      S3Uri                  = local.storage.input_s3_uris[name]
    } }
  }]
  # On Spot this includes waiting for instances.
  max_wait_seconds = coalesce(var.settings.max_wait_seconds, 2 * local.timeout_seconds)
  vpc              = length(var.settings.network.subnets) > 0 ? { Subnets = var.settings.network.subnets, SecurityGroupIds = var.settings.network.security_groups } : null

  # The CreateTrainingJob request, without what a task adds.
  request = merge(
    {
      AlgorithmSpecification = local.algorithm
      RoleArn                = aws_iam_role.this.arn
      HyperParameters        = var.settings.hyperparameters
      Environment            = var.settings.container.environment
      OutputDataConfig = merge(
        { S3OutputPath = local.storage.output_s3_uri },
        var.stack.kms_key_arn == null ? {} : { KmsKeyId = var.stack.kms_key_arn },
      )
      ResourceConfig = merge(
        { InstanceType = var.settings.instances.type, InstanceCount = var.settings.instances.count, VolumeSizeInGB = var.settings.instances.volume_gb },
        var.stack.kms_key_arn != null && var.settings.instances.encrypt_volume ? { VolumeKmsKeyId = var.stack.kms_key_arn } : {},
      )
      StoppingCondition = merge(
        { MaxRuntimeInSeconds = local.timeout_seconds },
        var.settings.instances.spot ? { MaxWaitTimeInSeconds = local.max_wait_seconds } : {},
      )
      EnableManagedSpotTraining             = var.settings.instances.spot
      EnableNetworkIsolation                = var.settings.network.isolated
      EnableInterContainerTrafficEncryption = var.settings.instances.count > 1
      Tags                                  = [for key in sort(keys(local.job_tags)) : { Key = key, Value = local.job_tags[key] }]
    },
    length(local.channels) > 0 ? { InputDataConfig = local.channels } : {},
    local.vpc == null ? {} : { VpcConfig = local.vpc },
  )
}
