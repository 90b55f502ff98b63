# What others need of the stack: an output, and a parameter for other Terraform states. Facts only, no policies and no secrets. A
# change that readers must follow raises the version; a new field does not.
locals {
  job_environment = {
    TASK_TABLE          = local.names.task_table
    PAYLOAD_BUCKET      = local.names.data_bucket
    TASK_RETENTION_DAYS = tostring(var.data.task_retention_days)
  }
  # A service reports the end of its container. A function reports its own, so it must also free its slot.
  worker_environment = merge(local.job_environment, {
    DISPATCH_QUEUE_URL = aws_sqs_queue.this["dispatch"].url
    # The dimension of its metrics.
    STACK_NAME = var.name
  })

  # Of those that read descriptions. A cluster or queue that is called after the stack belongs to one activity, unless it is listed.
  function_environment = merge(
    local.worker_environment,
    { SHARED_NAMES = join(",", distinct(concat([local.names.cluster, local.names.job_queue], var.existing.clusters, var.existing.job_queues))) },
    { for buses in [var.event_buses] : "EVENT_BUSES" => join(",", buses) if length(buses) > 0 },
  )

  handle = {
    version   = 1
    name      = var.name
    prefix    = local.prefix
    partition = local.partition
    region    = local.region
    account   = local.account

    backends       = local.permitted
    pools          = { for name, pool in var.pools : name => pool.size }
    wake_ups       = concat(["requests", "callback"], sort(var.wake_ups))
    state_machines = local.machine_names
    event_buses    = var.event_buses

    iam = { job_path = local.job_path, permissions_boundary_arn = local.job_boundary_arn }
    # Who starts jobs: a function's own policy lets these roles in.
    starters       = [for name in concat(["dispatcher", "reconciler"], keys(module.poller)) : "arn:${local.partition}:iam::${local.account}:role${local.iam_path}${local.function_names[name]}"]
    reporter_arn   = local.function_arns.reporter
    reconciler_arn = local.function_arns.reconciler
    listener_arn   = contains(var.wake_ups, "logs") ? local.function_arns.listener : null

    queue        = { url = aws_sqs_queue.this["dispatch"].url, arn = local.queue_arns.dispatch, kms_key_arn = var.data.queue_kms_key_arn }
    table        = { name = local.names.task_table, arn = local.table_arn }
    bucket       = { name = local.names.data_bucket, arn = local.bucket_arns.data }
    kms_key_arn  = var.data.kms_key_arn
    kms_key_arns = local.key_arns

    cluster_arn   = local.has_ecs ? local.cluster_arn : null
    job_queue_arn = local.makes_queue || var.existing.job_queue != null ? local.job_queue_arn : null
    network       = local.network

    job_environment    = local.job_environment
    worker_environment = local.worker_environment
    log_retention_days = var.logs.retention_days
    alarm_actions      = var.watching.alarm_actions
    tags               = var.tags
  }
}

resource "aws_ssm_parameter" "handle" {
  #checkov:skip=CKV2_AWS_34: it holds no secret, and other states read it without a key's permission
  name        = local.names.handle
  description = "Stack ${var.name} of activity-dispatch: what modules in other Terraform states need of it"
  type        = "String"
  value       = jsonencode(local.handle)
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(jsonencode(local.handle)) <= 4096
      error_message = "tags and existing.state_machines must be fewer or shorter: the handle, which has them, may have 4096 characters as an SSM parameter. Given: ${length(jsonencode(local.handle))}."
    }
    precondition {
      condition     = alltrue([for size in values(local.policy_sizes) : size <= local.max_policy_size])
      error_message = "existing must have fewer names, which a * at the end makes possible: the policies of a role may have ${local.max_policy_size} characters beside those of module function. Given: ${jsonencode(local.policy_sizes)}."
    }
  }
}
