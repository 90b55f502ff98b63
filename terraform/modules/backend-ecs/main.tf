# Jobs are ECS tasks, on Fargate unless `capacity` says otherwise.
locals {
  name              = "${var.stack.prefix}${var.name}"
  container         = var.settings.container
  container_name    = "job"
  log_stream_prefix = "jobs"
  tags              = merge(var.stack.tags, var.settings.tags)
  ecs_arn_prefix    = "arn:${var.stack.partition}:ecs:${var.stack.region}:${var.stack.account}"

  # ARNs built from names are known at plan time, and what watches the cluster need not wait for it.
  cluster     = var.settings.cluster == null ? var.stack.cluster_arn : var.settings.cluster
  cluster_arn = local.cluster == null ? null : startswith(local.cluster, "arn:") ? local.cluster : "${local.ecs_arn_prefix}:cluster/${local.cluster}"
  network     = var.settings.network == null ? var.stack.network : var.settings.network
  activities  = var.activities == null ? [var.name] : var.activities

  on_fargate      = alltrue([for item in var.settings.capacity : startswith(item.provider, "FARGATE")])
  compatibilities = var.settings.compatibilities == null ? (local.on_fargate ? ["FARGATE"] : ["EC2"]) : var.settings.compatibilities
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: log_retention_days decides; a year of every job's output costs more than most want to pay
  name              = "/ecs/${local.name}"
  retention_in_days = coalesce(var.settings.log_retention_days, var.stack.log_retention_days)
  kms_key_id        = var.stack.kms_key_arn
  tags              = local.tags
}

resource "aws_ecs_task_definition" "this" {
  family                   = local.name
  requires_compatibilities = local.compatibilities
  network_mode             = "awsvpc"
  # Only for the whole task: a task's input may override the size, and the container gets all of it.
  cpu                = var.settings.size.cpu * 1024
  memory             = var.settings.size.memory_mb
  task_role_arn      = aws_iam_role.this["task"].arn
  execution_role_arn = aws_iam_role.this["execution"].arn
  # Put together as text: Terraform has no list of objects of different types.
  container_definitions = "[${join(",", concat([jsonencode(local.job)], [for sidecar in local.sidecars : jsonencode(sidecar)]))}]"
  # A task gets them.
  tags = merge(local.tags, { activity-dispatch = var.stack.name })

  runtime_platform {
    operating_system_family = "LINUX"
    cpu_architecture        = var.settings.size.architecture
  }

  dynamic "ephemeral_storage" {
    for_each = var.settings.size.ephemeral_storage_gb[*]
    content {
      size_in_gib = ephemeral_storage.value
    }
  }

  dynamic "volume" {
    for_each = local.volumes
    content {
      name = volume.key
      dynamic "efs_volume_configuration" {
        for_each = volume.value[*]
        content {
          file_system_id     = efs_volume_configuration.value.file_system_id
          root_directory     = efs_volume_configuration.value.root_directory
          transit_encryption = "ENABLED"
          # Always with the job's role: without it, whoever reaches the file system may do everything.
          authorization_config {
            access_point_id = efs_volume_configuration.value.access_point_id
            iam             = "ENABLED"
          }
        }
      }
    }
  }

  # Jobs start by the family name, which must always have a revision.
  lifecycle {
    create_before_destroy = true
    precondition {
      condition     = local.cluster != null
      error_message = "cluster must be set if the stack has none, because its backends lack ecs. Given: null."
    }
    precondition {
      condition     = local.network != null
      error_message = "network must be set if the stack has none. Given: null."
    }
    precondition {
      condition     = !local.on_fargate || contains(lookup(local.memory_mb, tostring(var.settings.size.cpu), []), var.settings.size.memory_mb)
      error_message = "size must be one that Fargate offers: cpu 0.25, 0.5, 1, 2, 4, 8 or 16, and with it memory_mb of ${join(", ", lookup(local.memory_mb, tostring(var.settings.size.cpu), []))}. Given: ${var.settings.size.cpu} and ${var.settings.size.memory_mb}."
    }
    precondition {
      condition     = !local.on_fargate || (local.container.gpus == 0 && local.container.shared_memory_mb == null && length(setsubtract(keys(local.container.ulimits), ["nofile"])) == 0)
      error_message = "container.gpus, container.shared_memory_mb and container.ulimits other than nofile need a capacity other than Fargate, which has none of them. Given: ${local.container.gpus}, ${local.container.shared_memory_mb == null ? "null" : local.container.shared_memory_mb} and ${jsonencode(local.container.ulimits)}."
    }
    precondition {
      condition     = alltrue([for activity in local.activities : activity == var.name || startswith(activity, "${var.name}-")])
      error_message = "activities must have the backend's name, ${var.name}, or begin with it and a -. Given: ${join(", ", local.activities)}."
    }
    precondition {
      condition     = var.linger_seconds == null || (var.settings.worker && !var.callbacks)
      error_message = "linger_seconds must be null without the worker (settings.worker) and for callback targets, which have no activity to ask. Given: ${var.linger_seconds == null ? "null" : var.linger_seconds}."
    }
    precondition {
      # A poll takes up to a minute and is never abandoned: its task would be lost.
      condition     = var.linger_seconds == null || var.settings.container.stop_timeout_seconds >= 75
      error_message = "container.stop_timeout_seconds must be at least 75 with linger_seconds: a worker that is being stopped waits for its last poll. Given: ${var.settings.container.stop_timeout_seconds}."
    }
  }
  # So that the first job has its permissions.
  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.task]
}
