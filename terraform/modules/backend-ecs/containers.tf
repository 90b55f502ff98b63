# What runs in a task: the job's container and its sidecars.
locals {
  # Memory sizes in MB that Fargate offers, by vCPUs.
  # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
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
  # With its own limits the worker ends before the platform ends it, and reports why. ECS has no limit of its own.
  limits = {
    TASK_GRACE_SECONDS   = tostring(max(0, local.container.stop_timeout_seconds - 10))
    TASK_TIMEOUT_SECONDS = tostring(coalesce(var.settings.job_timeout_seconds, var.timeout_seconds))
  }
  # Limits are the user's to change, what is always set for the job is not.
  environment = merge(
    local.region,
    var.settings.worker ? local.limits : null,
    { for name, value in { TASK_LINGER_SECONDS = var.linger_seconds, TASK_MAX_TASKS = var.max_tasks_per_job } : name => tostring(value) if var.linger_seconds != null },
    local.container.environment,
    var.settings.worker ? var.stack.job_environment : null,
  )

  volumes = merge(
    var.settings.efs_volumes,
    { for name in ["tmp"] : name => null if local.container.read_only_root_filesystem },
  )
  mounts = concat(
    [for name, volume in var.settings.efs_volumes : { sourceVolume = name, containerPath = volume.container_path, readOnly = volume.read_only }],
    [for name in ["tmp"] : { sourceVolume = name, containerPath = "/${name}", readOnly = false } if local.container.read_only_root_filesystem],
  )

  job = merge(local.common[local.container_name], {
    name                   = local.container_name
    essential              = true
    environment            = [for key in sort(keys(local.environment)) : { name = key, value = local.environment[key] }]
    stopTimeout            = local.container.stop_timeout_seconds
    readonlyRootFilesystem = local.container.read_only_root_filesystem
    mountPoints            = local.mounts
    # Reaps orphaned processes, and forwards SIGTERM to programs that ignore it as PID 1.
    linuxParameters = merge(
      { initProcessEnabled = true },
      { for size in local.container.shared_memory_mb[*] : "sharedMemorySize" => size },
    )
    },
    # Only what is set: ECS fills in empty lists, and every plan would show a difference.
    { for limits in [local.container.ulimits] : "ulimits" => [for name in sort(keys(limits)) : { name = name, softLimit = limits[name].soft, hardLimit = limits[name].hard }] if length(limits) > 0 },
    { for gpus in [local.container.gpus] : "resourceRequirements" => [{ type = "GPU", value = tostring(gpus) }] if gpus > 0 },
    { for conditions in [{ for name, sidecar in var.settings.sidecars : name => sidecar.job_waits_for if sidecar.job_waits_for != null }] :
      "dependsOn" => [for name in sort(keys(conditions)) : { containerName = name, condition = conditions[name] }] if length(conditions) > 0
    },
  )
  sidecars = [for name in sort(keys(var.settings.sidecars)) : merge(local.common[name], {
    name        = name
    essential   = var.settings.sidecars[name].essential
    environment = [for key in sort(keys(var.settings.sidecars[name].environment)) : { name = key, value = var.settings.sidecars[name].environment[key] }]
  })]

  # What the job's container and a sidecar have in common.
  common = { for name, container in merge({ (local.container_name) = local.container }, var.settings.sidecars) : name => merge(
    {
      image = container.image
      logConfiguration = {
        logDriver = "awslogs"
        options = merge(container.log_options, {
          "awslogs-group"         = aws_cloudwatch_log_group.this.name
          "awslogs-region"        = var.stack.region
          "awslogs-stream-prefix" = local.log_stream_prefix
          # The last line may be the job's result: better slow than lost.
          "mode" = "blocking"
        })
      }
    },
    { for words in [container.command] : "command" => words if words != null },
    { for words in [container.entrypoint] : "entryPoint" => words if words != null },
    { for secrets in [container.secrets] : "secrets" => [for key in sort(keys(secrets)) : { name = key, valueFrom = secrets[key] }] if length(secrets) > 0 },
    { for check in container.health_check[*] : "healthCheck" => {
      command     = check.command
      interval    = check.interval_seconds
      timeout     = check.timeout_seconds
      retries     = check.retries
      startPeriod = check.start_period_seconds
    } },
  ) }
}
