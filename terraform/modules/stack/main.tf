locals {
  # One line for each backend, defined in backend-NAME.tf. Handed on whole: the modules take what they know.
  activities = merge(
    local.lambda_activities,
    local.fargate_activities,
    local.batch_activities,
    local.sagemaker_activities,
  )
  # Of the activities that no variable describes: the example's and the trainings' own.
  activity_defaults = {
    allowed_overrides      = []
    max_concurrent_jobs    = null
    max_queue_seconds      = null
    wake_up                = "requests"
    pollers                = 2
    overflow_after_seconds = null
  }
  backends = merge(
    { for key, backend in module.backend_lambda : key => backend.backend },
    { for key, backend in module.backend_fargate : key => backend.backend },
    { for key, backend in module.backend_batch : key => backend.backend },
    { for key, backend in module.backend_sagemaker : key => backend.backend },
  )

  # All of them, needed or not: which are needed depends on activities whose functions depend on the stack.
  stack_zips = ["dispatcher", "reporter", "reconciler", "poller", "listener"]
  zips       = concat(local.stack_zips, var.example == null ? [] : ["prepare", "process", "publish", "reduce"], var.training == null ? [] : ["sweep"])
  # The zips that the stack uploads.
  packages = { for name in local.zips : name => {
    path = "${var.packages_dir}/${name}.zip"
    hash = filebase64sha256("${var.packages_dir}/${name}.zip")
    # With the hash in the key, a function and its code change, and roll back, together.
    key = "functions/${name}-${substr(filesha256("${var.packages_dir}/${name}.zip"), 0, 16)}.zip"
  } if var.packages_dir != null }
  artefacts = { for name in local.zips : name => var.packages == null ? {
    bucket = aws_s3_bucket.this["artefacts"].id
    key    = aws_s3_object.package[name].key
    hash   = local.packages[name].hash
    } : {
    bucket = var.packages.bucket
    key    = var.packages.zips[name].key
    hash   = var.packages.zips[name].hash
  } }

  # By name to avoid a cycle: the state machines depend on the activities, which depend on the dispatcher's queue.
  example_state_machine_arns = [for key in concat(sort(local.example_backends), keys(local.fan_out_definitions)) :
    "arn:${data.aws_partition.current.partition}:states:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:stateMachine:${var.name}-${key}"
  ]
}

resource "aws_s3_object" "package" {
  for_each = local.packages

  bucket = aws_s3_bucket.this["artefacts"].id
  key    = each.value.key
  source = each.value.path

  # An object has at most 10 tags, other resources 50: only the bucket has the tags, including the provider's default ones.
  override_provider {
    default_tags {
      tags = {}
    }
  }
  # The new zip exists before a function needs it; the old one is deleted when no function needs it any more.
  lifecycle {
    create_before_destroy = true
  }
  # An object keeps the encryption that was in force when it was uploaded.
  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_versioning.this]
}

module "activity" {
  source   = "../activity"
  for_each = { for key, activity in local.activities : key => activity if activity.wake_up != "callback" }

  name                   = "${var.name}-${each.key}"
  dispatch_queue         = module.dispatcher.dispatch_queue
  heartbeat_seconds      = each.value.heartbeat_seconds
  timeout_seconds        = each.value.timeout_seconds
  wake_up                = each.value.wake_up
  overflow_after_seconds = each.value.overflow_after_seconds
  # So that a state machine may have several of the stack's activities.
  state_prefix  = "${each.key}-"
  alarm_actions = var.watching.alarm_actions
  tags          = var.tags
}

module "dispatcher" {
  source = "../dispatcher"

  name     = var.name
  packages = { for name in local.stack_zips : name => local.artefacts[name] }
  activities = { for key, activity in local.activities : key => merge(activity, {
    arn     = activity.wake_up == "callback" ? null : module.activity[key].arn
    backend = key
  }) }
  backends           = local.backends
  state_machine_arns = concat(local.example_state_machine_arns, local.training_state_machine_arns, var.dispatch.state_machine_arns)
  log_group_names = concat(
    [for key, machine in module.state_machine : machine.log_group_name if local.activities[key].wake_up == "logs"],
    [for machine in module.fan_out : machine.log_group_name if try(local.activities[var.example.fan_out_backend].wake_up, null) == "logs"],
    var.dispatch.log_group_names,
  )
  missed_task_poll_minutes = var.dispatch.missed_task_poll_minutes
  payload_bucket = {
    name = local.bucket_names.data
    arn  = local.bucket_arns.data
  }
  concurrency         = { max_dispatchers = var.dispatch.max_dispatchers, reserved = var.dispatch.reserved_concurrency }
  deletion_protection = var.data.deletion_protection
  kms_key_arn         = var.data.kms_key_arn
  log_retention_days  = var.log_retention_days
  watching            = { alarm_actions = var.watching.alarm_actions, tracing = var.watching.tracing, services = var.watching.services }
  tags                = var.tags
}
