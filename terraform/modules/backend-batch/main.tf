data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }

locals {
  # Always set for the job.
  reserved_names = ["TASK_ID", "TASK_TABLE", "TASK_RETENTION_DAYS", "PAYLOAD_BUCKET"]

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

  # ARNs built from names are known at plan time, and what watches the queue need not wait for it.
  arn_suffix         = "${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}"
  batch_arn_prefix   = "arn:${data.aws_partition.current.partition}:batch:${local.arn_suffix}"
  creates_queue      = var.job_queue == null
  queue_name         = local.creates_queue ? var.name : element(split("/", var.job_queue), length(split("/", var.job_queue)) - 1)
  queue_arn          = "${local.batch_arn_prefix}:job-queue/${local.queue_name}"
  job_definition_arn = "${local.batch_arn_prefix}:job-definition/${var.name}"
  on_fargate         = var.compute.type == "FARGATE"

  # Not every platform sets the region, and SDKs read different variables.
  region = { for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] : name => data.aws_service.current.region }
  # With its own limit the worker ends before Batch ends it, and reports why.
  limits = { TASK_TIMEOUT_SECONDS = tostring(var.timeout_seconds) }
  environment = merge(
    local.region,
    var.worker == null ? {} : local.limits,
    var.container.environment,
    var.worker == null ? {} : var.worker.environment,
  )
  requirements = merge(
    { VCPU = var.size.cpu, MEMORY = var.size.memory_mb },
    var.size.gpus > 0 ? { GPU = var.size.gpus } : {},
  )

  container = {
    image                = var.container.image
    command              = var.container.command == null ? [] : var.container.command
    environment          = [for key in sort(keys(local.environment)) : { name = key, value = local.environment[key] }]
    resourceRequirements = [for type in sort(keys(local.requirements)) : { type = type, value = tostring(local.requirements[type]) }]
    jobRoleArn           = aws_iam_role.this["job"].arn
    # On EC2 too: otherwise the log driver and the image pull use the instance's role.
    executionRoleArn = aws_iam_role.this["execution"].arn
    # Reaps orphaned processes, and forwards SIGTERM to programs that ignore it as PID 1.
    linuxParameters        = { initProcessEnabled = true }
    readonlyRootFilesystem = var.container.read_only_root_filesystem
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.this.name
        "awslogs-region"        = data.aws_service.current.region
        "awslogs-stream-prefix" = local.log_stream_prefix
      }
    }
  }
  container_on_fargate = merge(
    {
      networkConfiguration         = { assignPublicIp = var.network.assign_public_ip ? "ENABLED" : "DISABLED" }
      fargatePlatformConfiguration = { platformVersion = "LATEST" }
      runtimePlatform              = { operatingSystemFamily = "LINUX", cpuArchitecture = var.size.architecture }
    },
    var.size.ephemeral_storage_gb == null ? {} : { ephemeralStorage = { sizeInGiB = var.size.ephemeral_storage_gb } },
  )
  log_stream_prefix = "jobs"
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: log_retention_days decides; a year of every job's output costs more than most want to pay
  name              = "/batch/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_batch_job_definition" "this" {
  name                  = var.name
  type                  = "container"
  platform_capabilities = [var.compute.type]
  container_properties  = jsonencode(merge(local.container, { for key, value in local.container_on_fargate : key => value if local.on_fargate }))
  propagate_tags        = true
  tags                  = var.tags

  # A job whose program failed fails; the state machine decides whether to run another.
  retry_strategy {
    attempts = var.attempts
    evaluate_on_exit {
      action           = "RETRY"
      on_status_reason = "Host EC2*"
    }
    # Batch retries whatever no rule matches.
    evaluate_on_exit {
      action    = "EXIT"
      on_reason = "*"
    }
  }
  timeout {
    attempt_duration_seconds = var.timeout_seconds + (var.worker == null ? 0 : 60)
  }
  # So that the first job has its permissions.
  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.job]
}
