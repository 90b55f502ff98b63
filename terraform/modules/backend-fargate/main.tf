data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

locals {
  # Set for the job, whatever else its environment holds.
  reserved_names = ["TASK_ID", "TASK_TABLE", "TASK_RETENTION_DAYS", "PAYLOAD_BUCKET"]

  # Memory in MB that a Fargate task can have, by vCPUs.
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

  # ARNs from names: what watches the cluster need not wait for it, and is known when planning.
  ecs_arn_prefix = join(":", [
    "arn", data.aws_partition.current.partition, "ecs", data.aws_region.current.name,
    data.aws_caller_identity.current.account_id,
  ])
  makes_cluster     = var.cluster == null
  cluster_name      = local.makes_cluster ? var.name : element(split("/", var.cluster), length(split("/", var.cluster)) - 1)
  cluster_arn       = "${local.ecs_arn_prefix}:cluster/${local.cluster_name}"
  family_arn        = "${local.ecs_arn_prefix}:task-definition/${var.name}"
  container_name    = "job"
  log_stream_prefix = "jobs"

  makes_security_group = length(var.network.security_groups) == 0

  # Not every platform tells a container its region, and SDKs differ in where they look.
  region = { for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] : name => data.aws_region.current.name }
  # The worker's own limits: it ends before the platform ends it, and tells why.
  limits = merge(
    { TASK_GRACE_SECONDS = tostring(max(0, var.container.stop_timeout_seconds - 10)) },
    var.timeout_seconds == null ? {} : { TASK_TIMEOUT_SECONDS = tostring(var.timeout_seconds) },
  )
  environment = merge(
    local.region,
    var.worker == null ? {} : local.limits,
    var.container.environment,
    var.worker == null ? {} : var.worker.environment,
  )

  container = {
    name        = local.container_name
    image       = var.container.image
    essential   = true
    environment = [for key in sort(keys(local.environment)) : { name = key, value = local.environment[key] }]
    stopTimeout = var.container.stop_timeout_seconds
    # Reaps what a program leaves behind, and hands it SIGTERM also when it is no good as PID 1.
    linuxParameters        = { initProcessEnabled = true }
    readonlyRootFilesystem = var.container.read_only_root_filesystem
    mountPoints            = [for volume in local.volumes : { sourceVolume = volume, containerPath = "/${volume}" }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.this.name
        "awslogs-region"        = data.aws_region.current.name
        "awslogs-stream-prefix" = local.log_stream_prefix
        # The last line can be the job's result: better slow than lost.
        "mode" = "blocking"
      }
    }
  }
  container_own = { for key, value in { command = var.container.command, entryPoint = var.container.entrypoint } : key => value if value != null }
  volumes       = var.container.read_only_root_filesystem ? ["tmp"] : []
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: log_retention_days says how long; a year of every job's lines is not what most pay for
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  # Of the whole task only: a task's input may ask for another size, and the container has all of it.
  cpu                   = var.size.cpu * 1024
  memory                = var.size.memory_mb
  task_role_arn         = aws_iam_role.this["task"].arn
  execution_role_arn    = aws_iam_role.this["execution"].arn
  container_definitions = jsonencode([merge(local.container, local.container_own)])
  tags                  = var.tags

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.size.architecture
  }

  dynamic "ephemeral_storage" {
    for_each = var.size.ephemeral_storage_gb[*]
    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  dynamic "volume" {
    for_each = local.volumes
    content {
      name = volume.value
    }
  }

  # Jobs start by the family's name: at no moment is it without a revision.
  lifecycle {
    create_before_destroy = true
  }
  # The first job finds its roles with their permissions.
  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
