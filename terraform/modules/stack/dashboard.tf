# The dashboard, with every function and alarm of the stack.
locals {
  functions = merge(
    { for name in ["dispatcher", "reporter", "reconciler"] : name => "${var.name}-${name}" },
    { for name, function in { poller = module.dispatcher.poller, listener = module.dispatcher.listener } : name => function.name if function != null },
    { for process in module.process : "process" => process.name },
    { for name, step in module.step : name => step.name },
    { for name, step in module.sweep : "sweep-${name}" => step.name },
  )
  # One map for each module with alarms: in a single map, equal keys would hide alarms.
  alarm_makers = merge(
    { dispatcher = module.dispatcher.alarm_arns },
    { for key, activity in module.activity : "activity-${key}" => activity.alarm_arns },
    { for key, invocation in module.async_invocation : "invocation-${key}" => invocation.alarm_arns },
    { for process in module.process : "process" => process.alarm_arns },
    { for key, step in module.step : "step-${key}" => step.alarm_arns },
    { for key, step in module.sweep : "sweep-${key}" => step.alarm_arns },
  )
  alarm_arns = merge([for maker, arns in local.alarm_makers : { for name, arn in arns : "${maker}-${name}" => arn }]...)
}

module "dashboard" {
  source = "../dashboard"
  count  = var.watching.dashboard ? 1 : 0

  name                = var.name
  activities          = { for key, activity in module.activity : key => activity.arn }
  functions           = local.functions
  queues              = module.dispatcher.queue_names
  alarm_arns          = local.alarm_arns
  overdue_minutes     = var.watching.overdue_minutes
  max_dispatch_errors = var.watching.max_dispatch_errors
  alarm_actions       = var.watching.alarm_actions
  tags                = var.tags
}
