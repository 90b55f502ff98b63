# What the library reads of the activity, and of where and when its jobs run. A setting that is off is left out: the description stays
# as it was.
locals {
  description = merge(local.running, {
    arn                    = local.id
    name                   = local.is_callback ? var.name : local.name
    backend                = local.backend.kind
    config                 = jsondecode(local.backend.config)
    heartbeat_seconds      = local.heartbeat_seconds
    timeout_seconds        = var.timeout_seconds
    allowed_overrides      = var.allowed_overrides
    max_concurrent_jobs    = var.max_concurrent_jobs
    max_queue_seconds      = local.max_queue_seconds
    wake_up                = var.wake_up
    pollers                = var.pollers
    overflow_after_seconds = var.overflow_after_seconds
  })

  # Handles of earlier releases have none.
  event_buses  = try(var.stack.event_buses, [])
  envelope     = var.envelope == null ? contains(["requests", "poll"], var.wake_up) && var.overflow_after_seconds == null : var.envelope
  allowed_tags = try(var.job_tags.allowed, [])
  fallbacks    = coalesce(var.fallbacks, [])
  kinds        = concat([local.backend.kind], [for link in local.fallbacks : link.backend.kind])
  # What has no place on one of the backends would fail the task there.
  wrong_links = [for link in local.fallbacks : link.backend.name if link.backend.name != var.name && !startswith(var.name, "${link.backend.name}-")]

  running = merge(
    { for name in ["envelope"] : name => true if local.envelope },
    { for seconds in var.linger_seconds[*] : "linger_seconds" => seconds },
    { for tags in var.job_tags[*] : "job_tags" => tags },
    { for arn in var.event_bus_arn[*] : "event_bus_arn" => arn },
    { for links in [local.fallbacks] : "fallbacks" => [for link in links : {
      backend            = link.backend.kind
      config             = jsondecode(link.backend.config)
      max_queue_seconds  = link.max_queue_seconds == null ? local.defaults.max_queue_seconds[link.backend.kind] : link.max_queue_seconds
      after_interruption = link.after_interruption
    }] if length(links) > 0 },
    { for rate in var.max_starts_per_second[*] : "max_starts_per_second" => rate },
    { for pool in var.pool[*] : "pool" => pool },
    { for pool in var.pool[*] : "weight" => var.weight },
    { for key in var.share_key[*] : "share_key" => key },
    { for priority in var.batch_priority[*] : "batch_priority" => priority },
  )
  running_problems = concat(local.pool_problems, local.share_problems, local.warm_problems)

  # A stack of an older release has none.
  pools     = try(var.stack.pools, {})
  pool_size = var.pool == null ? null : lookup(local.pools, coalesce(var.pool, "-"), null)
  pool_problems = concat(
    [for pool in var.pool[*] : "pool must be null or one of the stack's pools: ${join(", ", sort(keys(local.pools)))}. Given: \"${pool}\"." if local.pool_size == null],
    [for size in local.pool_size[*] : "weight must be at most the size of pool ${var.pool}: ${size}. Given: ${var.weight}." if var.weight > size],
    [for pool in var.pool[*] : "pool must be null if wake_up is poll: the poller would hold slots while it waits for tasks. Given: \"${pool}\"." if var.wake_up == "poll"],
    [for weight in [var.weight] : "weight must be 1 without a pool. Given: ${weight}." if var.pool == null && weight != 1],
  )

  is_path       = var.share_key != null && !contains(["execution", "state_machine"], coalesce(var.share_key, "execution"))
  is_fair_queue = local.backend.kind == "batch" && try(jsondecode(local.backend.config).fair_share, false)
  share_problems = concat(
    # An activity hands out its tasks in its own order, and does not say whose they are.
    [for key in var.share_key[*] : "share_key must be null unless wake_up is callback, or a path into the input on a Batch queue with a scheduling_policy_arn: an activity hands out its tasks in its own order. Take a callback target, or an activity for each class. Given: \"${key}\"." if !local.is_callback && !(local.is_fair_queue && local.is_path)],
    [for key in var.share_key[*] : "share_key must be null without max_concurrent_jobs, max_starts_per_second or pool, unless the Batch queue has a scheduling_policy_arn: no task waits. Given: \"${key}\"." if local.is_callback && var.max_concurrent_jobs == null && var.max_starts_per_second == null && var.pool == null && !local.is_fair_queue],
    [for priority in var.batch_priority[*] : "batch_priority must be null unless jobs run in a Batch queue with a scheduling_policy_arn. Given: ${priority}." if !local.is_fair_queue],
  )

  warm_problems = concat(
    [for seconds in var.linger_seconds[*] : "linger_seconds must be null unless the backend is ecs or batch, and for callbacks: functions and trainings do one task each, and a callback target has no activity to ask. Given: ${local.backend.kind}." if !contains(["ecs", "batch"], local.backend.kind) || local.is_callback],
    [for seconds in var.linger_seconds[*] : "job_tags must be null with linger_seconds: a job has the tags of its first task, and does others. Given: ${jsonencode(var.job_tags)}." if var.job_tags != null],
    [for seconds in var.linger_seconds[*] : "allowed_overrides must be empty with linger_seconds: a job that runs already can't be changed by its next task. Given: ${join(", ", var.allowed_overrides)}." if length(var.allowed_overrides) > 0],
    [for seconds in var.linger_seconds[*] : "pool must be null with linger_seconds: requests whose tasks a warm worker took would hold room that others wait for. Given: \"${var.pool}\"." if var.pool != null],
    [for seconds in var.linger_seconds[*] : "share_key must be null with linger_seconds: a job has the share of its first task, and does others. Given: \"${var.share_key}\"." if var.share_key != null],
  )
}
