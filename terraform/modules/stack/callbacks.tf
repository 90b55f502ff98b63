# The process states of activities and of callback targets.
locals {
  process_states = merge(
    { for key, activity in module.activity : key => activity.process_state },
    { for key, callback in module.callback : key => callback.process_state },
  )
  # Activities with wake_up poll or logs need no policy.
  execution_policies = merge(
    { for key, activity in module.activity : key => activity.execution_policy_json if local.activities[key].wake_up == "requests" },
    { for key, callback in module.callback : key => callback.execution_policy_json },
  )
}

module "callback" {
  source   = "../callback"
  for_each = { for key, activity in local.activities : key => activity if activity.wake_up == "callback" }

  name              = each.key
  dispatch_queue    = module.dispatcher.dispatch_queue
  heartbeat_seconds = each.value.heartbeat_seconds
  timeout_seconds   = each.value.timeout_seconds
}
