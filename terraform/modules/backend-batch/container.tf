# What runs in a job.
locals {
  # Memory sizes in MB that Fargate offers, by vCPUs.
  # https://docs.aws.amazon.com/batch/latest/APIReference/API_ResourceRequirement.html
  memory_mb = {
    "0.25" = [512, 1024, 2048]
    "0.5"  = range(1024, 4096 + 1, 1024)
    "1"    = range(2048, 8192 + 1, 1024)
    "2"    = range(4096, 16384 + 1, 1024)
    "4"    = range(8192, 30720 + 1, 1024)
    "8"    = range(16384, 61440 + 1, 4096)
    "16"   = range(32768, 122880 + 1, 8192)
  }

  # Not every platform sets the region, and SDKs read different variables.
  region = { for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] : name => var.stack.region }
  # With its own limit the worker ends before Batch ends it, and reports why.
  limits = { TASK_TIMEOUT_SECONDS = tostring(local.job_timeout_seconds) }
  # Limits are the user's to change, what is always set for the job is not.
  environment = merge(
    local.region,
    var.settings.worker ? local.limits : null,
    { for name, value in { TASK_LINGER_SECONDS = var.linger_seconds, TASK_MAX_TASKS = var.max_tasks_per_job } : name => tostring(value) if var.linger_seconds != null },
    var.settings.container.environment,
    var.settings.worker ? var.stack.job_environment : null,
  )
  requirements = merge(
    { VCPU = local.job_size.cpu, MEMORY = local.job_size.memory_mb },
    var.settings.size.gpus > 0 ? { GPU = var.settings.size.gpus } : {},
  )

  container = merge(
    {
      image                = var.settings.container.image
      command              = var.settings.container.command == null ? [] : var.settings.container.command
      environment          = [for key in sort(keys(local.environment)) : { name = key, value = local.environment[key] }]
      resourceRequirements = [for type in sort(keys(local.requirements)) : { type = type, value = tostring(local.requirements[type]) }]
      jobRoleArn           = aws_iam_role.this["job"].arn
      # On EC2 too: otherwise the log driver and the image pull use the instance's role.
      executionRoleArn       = aws_iam_role.this["execution"].arn
      readonlyRootFilesystem = var.settings.container.read_only_root_filesystem
      # Reaps orphaned processes, and forwards SIGTERM to programs that ignore it as PID 1.
      linuxParameters = merge(
        { initProcessEnabled = true },
        { for size in var.settings.container.shared_memory_mb[*] : "sharedMemorySize" => size },
      )
      logConfiguration = {
        logDriver = "awslogs"
        options = merge(var.settings.container.log_options, {
          "awslogs-group"         = aws_cloudwatch_log_group.this.name
          "awslogs-region"        = var.stack.region
          "awslogs-stream-prefix" = local.log_stream_prefix
        })
      }
    },
    # Only what is set: Batch leaves out empty lists, and every plan would show a difference.
    { for secrets in [var.settings.container.secrets] : "secrets" => [for key in sort(keys(secrets)) : { name = key, valueFrom = secrets[key] }] if length(secrets) > 0 },
    { for limits in [var.settings.container.ulimits] : "ulimits" => [for name in sort(keys(limits)) : { name = name, softLimit = limits[name].soft, hardLimit = limits[name].hard }] if length(limits) > 0 },
    { for volumes in [var.settings.efs_volumes] : "mountPoints" => [for name in sort(keys(volumes)) : { sourceVolume = name, containerPath = volumes[name].container_path, readOnly = volumes[name].read_only }] if length(volumes) > 0 },
    { for volumes in [var.settings.efs_volumes] : "volumes" => [for name in sort(keys(volumes)) : { name = name, efsVolumeConfiguration = merge(
      # Always with the job's role: without it, whoever reaches the file system may do everything.
      { fileSystemId = volumes[name].file_system_id, transitEncryption = "ENABLED", authorizationConfig = merge({ iam = "ENABLED" }, { for id in volumes[name].access_point_id[*] : "accessPointId" => id }) },
      { for path in volumes[name].root_directory[*] : "rootDirectory" => path },
    ) }] if length(volumes) > 0 },
  )
  container_on_fargate = merge(
    {
      networkConfiguration         = { assignPublicIp = local.network.assign_public_ip ? "ENABLED" : "DISABLED" }
      fargatePlatformConfiguration = { platformVersion = "LATEST" }
      runtimePlatform              = { operatingSystemFamily = "LINUX", cpuArchitecture = var.settings.size.architecture }
    },
    { for size in var.settings.size.ephemeral_storage_gb[*] : "ephemeralStorage" => { sizeInGiB = size } },
  )
}
