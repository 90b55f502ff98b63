# Jobs are Batch jobs: in the stack's queue, in one of yours, or in one with compute of its own.
locals {
  name = "${var.stack.prefix}${var.name}"
  tags = merge(var.stack.tags, var.settings.tags)

  # ARNs built from names are known at plan time, and what watches the queue need not wait for it.
  place            = "${var.stack.region}:${var.stack.account}"
  batch_arn_prefix = "arn:${var.stack.partition}:batch:${local.place}"
  creates_queue    = var.settings.job_queue == null && (var.settings.compute != null || var.stack.job_queue_arn == null)
  given_queue      = var.settings.job_queue == null ? var.stack.job_queue_arn : var.settings.job_queue
  # Also of a queue that is given: what a definition needs depends on it.
  compute         = { for name, value in coalesce(var.settings.compute, local.default_compute) : name => value }
  on_fargate      = local.compute.type == "FARGATE"
  default_compute = { type = "FARGATE", spot = false, max_cpus = 64, instance_types = null }

  given_network = var.settings.network == null ? var.stack.network : var.settings.network
  # Empty: a precondition fails, or nothing needs it.
  network    = local.given_network == null ? { vpc_id = null, subnets = [], security_groups = [], assign_public_ip = false } : local.given_network
  activities = var.activities == null ? [var.name] : var.activities

  log_stream_prefix   = "jobs"
  job_timeout_seconds = coalesce(var.settings.job_timeout_seconds, max(60, var.timeout_seconds))
}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: log_retention_days decides; a year of every job's output costs more than most want to pay
  name              = "/batch/${local.name}"
  retention_in_days = coalesce(var.settings.log_retention_days, var.stack.log_retention_days)
  kms_key_id        = var.stack.kms_key_arn
  tags              = local.tags
}

resource "aws_batch_job_definition" "this" {
  name                  = local.name
  type                  = "container"
  platform_capabilities = [local.compute.type]
  container_properties  = local.has_sidecars ? null : jsonencode(merge(local.container, { for key, value in local.container_on_fargate : key => value if local.on_fargate }))
  ecs_properties        = local.has_sidecars ? jsonencode({ taskProperties = [local.task] }) : null
  propagate_tags        = true
  tags                  = local.tags

  # A job whose program failed fails; the state machine decides whether to run another.
  retry_strategy {
    attempts = var.settings.attempts
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
    attempt_duration_seconds = local.job_timeout_seconds + (var.settings.worker ? 60 : 0)
  }

  lifecycle {
    precondition {
      condition     = var.settings.scheduling_policy_arn == null ? true : can(regex("^arn:[^:]+:batch:[^:]+:[0-9]{12}:scheduling-policy/[^/*]+$", var.settings.scheduling_policy_arn))
      error_message = "scheduling_policy_arn must be null or arn:aws:batch:REGION:ACCOUNT:scheduling-policy/NAME. Given: \"${coalesce(var.settings.scheduling_policy_arn, "null")}\"."
    }
    precondition {
      condition     = length(local.all_tags) < 50
      error_message = "tags must be at most 49, with the stack's and the provider's: each job has activity-dispatch too, and Batch allows 50. Given: ${length(local.all_tags)}."
    }
    precondition {
      condition     = !local.on_fargate || contains(lookup(local.memory_mb, tostring(var.settings.size.cpu), []), var.settings.size.memory_mb)
      error_message = "size must be one that Fargate offers: cpu 0.25, 0.5, 1, 2, 4, 8 or 16, and with it memory_mb of ${join(", ", lookup(local.memory_mb, tostring(var.settings.size.cpu), []))}. Given: ${var.settings.size.cpu} and ${var.settings.size.memory_mb}."
    }
    precondition {
      condition     = local.on_fargate || (var.settings.size.cpu >= 1 && floor(var.settings.size.cpu) == var.settings.size.cpu && var.settings.size.memory_mb >= 4 && var.settings.size.ephemeral_storage_gb == null)
      error_message = "size must have, on EC2, a whole number of at least 1 as cpu, at least 4 as memory_mb, and null as ephemeral_storage_gb. Given: ${jsonencode(var.settings.size)}."
    }
    precondition {
      condition     = !local.has_sidecars || alltrue([for size in concat([local.job_size], values(local.sidecar_sizes)) : size.memory_mb >= 4 && floor(size.memory_mb) == size.memory_mb && (local.on_fargate ? size.cpu > 0 : size.cpu >= 1 && floor(size.cpu) == size.cpu)])
      error_message = "size includes the sidecars, and must leave to each container at least 4 memory_mb and, on Fargate, more than 0 cpu, on EC2 a whole number of at least 1. Given: ${var.settings.size.cpu} and ${var.settings.size.memory_mb}, of which sidecars have ${jsonencode(local.sidecar_sizes)}."
    }
    precondition {
      condition     = !local.on_fargate || (var.settings.size.gpus == 0 && var.settings.container.shared_memory_mb == null && length(var.settings.container.ulimits) == 0)
      error_message = "size.gpus, container.shared_memory_mb and container.ulimits need compute.type EC2: Batch on Fargate has none of them. Given: ${var.settings.size.gpus}, ${var.settings.container.shared_memory_mb == null ? "null" : var.settings.container.shared_memory_mb} and ${jsonencode(var.settings.container.ulimits)}."
    }
    precondition {
      # The types of "optimal" have neither GPUs nor Graviton processors.
      condition     = !local.creates_queue || var.settings.size.gpus == 0 || !contains(coalesce(local.compute.instance_types, ["optimal"]), "optimal")
      error_message = "size.gpus needs compute.instance_types that have GPUs. Given: ${var.settings.size.gpus} and ${join(", ", coalesce(local.compute.instance_types, ["null"]))}."
    }
    precondition {
      condition     = !local.creates_queue || local.on_fargate || var.settings.size.architecture == "X86_64" || !contains(local.instance_types, "optimal")
      error_message = "size.architecture ARM64 needs compute.instance_types with Graviton processors: optimal has none. Given: ${join(", ", local.instance_types)}."
    }
    precondition {
      condition     = alltrue([for activity in local.activities : activity == var.name || startswith(activity, "${var.name}-")])
      error_message = "activities must have the backend's name, ${var.name}, or begin with it and a -. Given: ${join(", ", local.activities)}."
    }
    precondition {
      condition     = !local.creates_queue || var.settings.size.cpu <= local.compute.max_cpus
      error_message = "size.cpu must be at most compute.max_cpus: a larger job would never run. Given: ${var.settings.size.cpu} and ${local.compute.max_cpus}."
    }
    precondition {
      condition     = !local.creates_queue || local.given_network != null
      error_message = "network must be set if the stack has none. Given: null."
    }
    precondition {
      condition     = var.linger_seconds == null || (var.settings.worker && !var.callbacks)
      error_message = "linger_seconds must be null without the worker (settings.worker) and for callback targets, which have no activity to ask. Given: ${var.linger_seconds == null ? "null" : var.linger_seconds}."
    }
  }
  # So that the first job has its permissions.
  depends_on = [aws_iam_role_policy.execution, aws_iam_role_policy.job]
}
