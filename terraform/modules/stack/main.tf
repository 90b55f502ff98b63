# A control plane and activities in one call. What goes to either goes there whole.
module "control_plane" {
  source = "../control-plane"

  name      = var.name
  packages  = var.packages
  backends  = var.backends
  wake_ups  = var.wake_ups
  network   = var.network
  existing  = var.existing
  names     = var.names
  iam       = var.iam
  functions = var.functions
  dispatch  = var.dispatch
  data      = var.data
  logs      = var.logs
  watching  = var.watching
  pools     = var.pools
  tags      = var.tags

  event_buses = var.event_buses
}

locals {
  # The arguments of module activity. merge and not try: of an object with a part that is unknown at plan time, try makes one that
  # is unknown as a whole.
  unset = {
    lambda                 = null
    ecs                    = null
    batch                  = null
    sagemaker              = null
    backend                = null
    heartbeat_seconds      = null
    timeout_seconds        = null
    allowed_overrides      = null
    max_concurrent_jobs    = null
    max_queue_seconds      = null
    wake_up                = null
    pollers                = null
    overflow_after_seconds = null
    fallbacks              = null
    envelope               = null
    job_tags               = null
    linger_seconds         = null
    max_tasks_per_job      = null
    max_starts_per_second  = null
    pool                   = null
    weight                 = null
    share_key              = null
    batch_priority         = null
    event_bus_arn          = null
  }
  activities = { for key, activity in var.activities : key => merge(local.unset, activity) }
  unknown    = flatten([for key, activity in var.activities : [for name in keys(activity) : "${key}.${name}" if !contains(keys(local.unset), name)]])
}

module "activity" {
  source   = "../activity"
  for_each = local.activities

  stack                  = module.control_plane.handle
  name                   = each.key
  lambda                 = each.value.lambda
  ecs                    = each.value.ecs
  batch                  = each.value.batch
  sagemaker              = each.value.sagemaker
  backend                = each.value.backend
  heartbeat_seconds      = each.value.heartbeat_seconds
  timeout_seconds        = each.value.timeout_seconds
  allowed_overrides      = each.value.allowed_overrides
  max_concurrent_jobs    = each.value.max_concurrent_jobs
  max_queue_seconds      = each.value.max_queue_seconds
  wake_up                = each.value.wake_up
  pollers                = each.value.pollers
  overflow_after_seconds = each.value.overflow_after_seconds
  fallbacks              = each.value.fallbacks
  envelope               = each.value.envelope
  job_tags               = each.value.job_tags
  linger_seconds         = each.value.linger_seconds
  max_tasks_per_job      = each.value.max_tasks_per_job
  max_starts_per_second  = each.value.max_starts_per_second
  pool                   = each.value.pool
  weight                 = each.value.weight
  share_key              = each.value.share_key
  batch_priority         = each.value.batch_priority
  event_bus_arn          = each.value.event_bus_arn
}
