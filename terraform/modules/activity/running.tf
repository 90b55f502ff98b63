# What the description says about where and when jobs run. A setting that is off is left out: the description stays as it was.
locals {
  running = merge(
    { for rate in var.max_starts_per_second[*] : "max_starts_per_second" => rate },
    { for pool in var.pool[*] : "pool" => pool },
    { for pool in var.pool[*] : "weight" => var.weight },
    { for key in var.share_key[*] : "share_key" => key },
    { for priority in var.batch_priority[*] : "batch_priority" => priority },
  )
  running_problems = concat(local.pool_problems, local.share_problems)

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
}
