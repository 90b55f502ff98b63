# What there is to see of the stack.
locals {
  functions = merge(
    { for name in ["dispatcher", "reporter", "reconciler"] : name => "${var.name}-${name}" },
    { for process in module.process : "process" => process.name },
    { for name, step in module.step : name => step.name },
    { for name, step in module.sweep : "sweep-${name}" => step.name },
  )
  # Two maps may have a key in common: each has its prefix.
  alarm_arns = merge(
    module.dispatcher.alarm_arns,
    [for key, activity in module.activity : { for name, arn in activity.alarm_arns : "activity-${key}-${name}" => arn }]...
  )
  function_alarm_arns = merge([for key, function in merge({ for process in module.process : "process" => process }, module.step, { for name, step in module.sweep : "sweep-${name}" => step }) :
    { for name, arn in function.alarm_arns : "function-${key}-${name}" => arn }
  ]...)
}

module "dashboard" {
  source = "../dashboard"
  count  = var.watching.dashboard ? 1 : 0

  name                = var.name
  activities          = { for key, activity in module.activity : key => activity.arn }
  functions           = local.functions
  queues              = module.dispatcher.queue_names
  alarm_arns          = merge(local.alarm_arns, local.function_alarm_arns)
  overdue_minutes     = var.watching.overdue_minutes
  max_dispatch_errors = var.watching.max_dispatch_errors
  alarm_actions       = var.watching.alarm_actions
  tags                = var.tags
}
