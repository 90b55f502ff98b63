# What the description says about where and when jobs run. A setting that is off is left out: the description stays as it was.
locals {
  running = merge(
    { for rate in var.max_starts_per_second[*] : "max_starts_per_second" => rate },
    { for pool in var.pool[*] : "pool" => pool },
    { for pool in var.pool[*] : "weight" => var.weight },
  )

  # A stack of an older release has none.
  pools     = try(var.stack.pools, {})
  pool_size = var.pool == null ? null : lookup(local.pools, coalesce(var.pool, "-"), null)
  pool_problems = concat(
    [for pool in var.pool[*] : "pool must be null or one of the stack's pools: ${join(", ", sort(keys(local.pools)))}. Given: \"${pool}\"." if local.pool_size == null],
    [for size in local.pool_size[*] : "weight must be at most the size of pool ${var.pool}: ${size}. Given: ${var.weight}." if var.weight > size],
    [for pool in var.pool[*] : "pool must be null if wake_up is poll: the poller would hold slots while it waits for tasks. Given: \"${pool}\"." if var.wake_up == "poll"],
    [for weight in [var.weight] : "weight must be 1 without a pool. Given: ${weight}." if var.pool == null && weight != 1],
  )
}
