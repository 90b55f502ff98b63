data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }
data "aws_default_tags" "current" {}

locals {
  # The provider tags what Terraform creates; the dispatcher creates the jobs.
  job_tags = merge(data.aws_default_tags.current.tags, var.tags)

  # What the library names jobs with: sagemaker_events.py.
  job_name_prefix = "task-"
  # SageMaker's own, shared by all training jobs of the account.
  log_group = "/aws/sagemaker/TrainingJobs"

  arn_suffix    = "${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}"
  job_arns      = "arn:${data.aws_partition.current.partition}:sagemaker:${local.arn_suffix}:training-job/${local.job_name_prefix}*"
  log_group_arn = "arn:${data.aws_partition.current.partition}:logs:${local.arn_suffix}:log-group:${local.log_group}"

  algorithm = merge(
    {
      TrainingImage     = var.container.image
      TrainingInputMode = "File"
      MetricDefinitions = [for name in sort(keys(var.metrics)) : { Name = name, Regex = var.metrics[name] }]
    },
    var.container.entrypoint == null ? {} : { ContainerEntrypoint = var.container.entrypoint },
    var.container.arguments == null ? {} : { ContainerArguments = var.container.arguments },
  )
  channels = [for name in sort(keys(var.storage.input_s3_uris)) : {
    ChannelName = name
    DataSource = { S3DataSource = {
      S3DataType             = "S3Prefix"
      S3DataDistributionType = "FullyReplicated"
      S3Uri                  = var.storage.input_s3_uris[name]
    } }
  }]
  # On Spot this includes waiting for instances.
  max_wait_seconds = coalesce(var.limits.max_wait_seconds, 2 * var.limits.timeout_seconds)
  vpc              = length(var.network.subnets) > 0 ? { Subnets = var.network.subnets, SecurityGroupIds = var.network.security_groups } : null

  # The CreateTrainingJob request, without what a task adds.
  request = merge(
    {
      AlgorithmSpecification = local.algorithm
      RoleArn                = aws_iam_role.this.arn
      HyperParameters        = var.hyperparameters
      Environment            = var.container.environment
      OutputDataConfig = merge(
        { S3OutputPath = var.storage.output_s3_uri },
        var.kms_key_arn == null ? {} : { KmsKeyId = var.kms_key_arn },
      )
      ResourceConfig = merge(
        { InstanceType = var.instances.type, InstanceCount = var.instances.count, VolumeSizeInGB = var.instances.volume_gb },
        var.kms_key_arn != null && var.instances.encrypt_volume ? { VolumeKmsKeyId = var.kms_key_arn } : {},
      )
      StoppingCondition = merge(
        { MaxRuntimeInSeconds = var.limits.timeout_seconds },
        var.instances.spot ? { MaxWaitTimeInSeconds = local.max_wait_seconds } : {},
      )
      EnableManagedSpotTraining             = var.instances.spot
      EnableNetworkIsolation                = var.network.isolated
      EnableInterContainerTrafficEncryption = var.instances.count > 1
      Tags                                  = [for key in sort(keys(local.job_tags)) : { Key = key, Value = local.job_tags[key] }]
    },
    length(local.channels) > 0 ? { InputDataConfig = local.channels } : {},
    local.vpc == null ? {} : { VpcConfig = local.vpc },
  )
}
