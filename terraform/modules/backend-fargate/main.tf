data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }

locals {
  # Always set for the job.
  reserved_names = ["TASK_ID", "TASK_TABLE", "TASK_RETENTION_DAYS", "PAYLOAD_BUCKET"]

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

  # ARNs built from names are known at plan time, and what watches the cluster need not wait for it.
  ecs_arn_prefix = join(":", [
    "arn", data.aws_partition.current.partition, "ecs", data.aws_service.current.region,
    data.aws_caller_identity.current.account_id,
  ])
  creates_cluster = var.cluster == null
  cluster_name    = local.creates_cluster ? var.name : element(split("/", var.cluster), length(split("/", var.cluster)) - 1)
  cluster_arn     = "${local.ecs_arn_prefix}:cluster/${local.cluster_name}"
  # Jobs that were started before the cluster was changed are watched and stopped too.
  watched_clusters = distinct(concat(
    [local.cluster_name, var.name],
    [for cluster in var.former_clusters : element(split("/", cluster), length(split("/", cluster)) - 1)],
  ))
  watched_cluster_arns = [for name in local.watched_clusters : "${local.ecs_arn_prefix}:cluster/${name}"]

  family_arn        = "${local.ecs_arn_prefix}:task-definition/${var.name}"
  container_name    = "job"
  log_stream_prefix = "jobs"

  creates_security_group = length(var.network.security_groups) == 0

  # Not every platform sets the region, and SDKs read different variables.
  region = { for name in ["AWS_REGION", "AWS_DEFAULT_REGION"] : name => data.aws_service.current.region }
  # With its own limits the worker ends before the platform ends it, and reports why.
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
    # Reaps orphaned processes, and forwards SIGTERM to programs that ignore it as PID 1.
    linuxParameters        = { initProcessEnabled = true }
    readonlyRootFilesystem = var.container.read_only_root_filesystem
    mountPoints            = [for volume in local.volumes : { sourceVolume = volume, containerPath = "/${volume}" }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.this.name
        "awslogs-region"        = data.aws_service.current.region
        "awslogs-stream-prefix" = local.log_stream_prefix
        # The last line may be the job's result: better slow than lost.
        "mode" = "blocking"
      }
    }
  }
  container_own = { for key, value in { command = var.container.command, entryPoint = var.container.entrypoint } : key => value if value != null }
  volumes       = var.container.read_only_root_filesystem ? ["tmp"] : []
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: log_retention_days decides; a year of every job's output costs more than most want to pay
  name              = "/ecs/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_ecs_task_definition" "this" {
  family                   = var.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  # Only for the whole task: a task's input may override the size, and the container gets all of it.
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

  # Jobs start by the family name, which must always have a revision.
  lifecycle {
    create_before_destroy = true
  }
  # So that the first job has its permissions.
  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
