# Where and when work runs: what is off leaves the description as it was.
locals {
  running = merge(
    { for key in var.share_key[*] : "share_key" => key },
    { for priority in var.batch_priority[*] : "batch_priority" => priority },
  )

  is_path       = var.share_key != null && !contains(["execution", "state_machine"], coalesce(var.share_key, "execution"))
  is_fair_queue = local.backend.kind == "batch" && try(jsondecode(local.backend.config).fair_share, false)
  share_problems = concat(
    # An activity hands out its tasks in its own order, and does not say whose they are.
    [for key in var.share_key[*] : "share_key must be null unless wake_up is callback, or a path into the input on a Batch queue with a scheduling_policy_arn: an activity hands out its tasks in its own order. Take a callback target, or an activity for each class. Given: \"${key}\"." if !local.is_callback && !(local.is_fair_queue && local.is_path)],
    [for key in var.share_key[*] : "share_key must be null without max_concurrent_jobs, unless the Batch queue has a scheduling_policy_arn: no task waits. Given: \"${key}\"." if local.is_callback && var.max_concurrent_jobs == null && !local.is_fair_queue],
    [for priority in var.batch_priority[*] : "batch_priority must be null unless jobs run in a Batch queue with a scheduling_policy_arn. Given: ${priority}." if !local.is_fair_queue],
  )
}
