# Alarms of the stack as a whole; each function has its own (module function), each activity too.
locals {
  every_alarm = merge(
    { for key, about in {
      dead_letter        = "The dispatcher of ${var.name} could not handle dispatch requests: nothing starts their tasks."
      report_dead_letter = "The reporter of ${var.name} could not handle ends of jobs: their tasks may stay open."
      } : key => {
      name        = "${local.queues[key].name}-not-empty"
      description = about
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      dimensions  = { QueueName = local.queues[key].name }
      statistic   = "Maximum"
      is_silence  = false
    } },
    {
      # What the reporter never handled and could keep no record of: it was killed or throttled, or could not be invoked.
      reporter-dropped = {
        name        = "${local.prefix}reporter-dropped"
        description = "Lambda gave up events for the reporter of ${var.name}: the reconciler finds the ends of these jobs."
        namespace   = "AWS/Lambda"
        metric      = "AsyncEventsDropped"
        dimensions  = { FunctionName = local.function_names.reporter }
        statistic   = "Sum"
        is_silence  = false
      }
      reporter-undelivered = {
        name        = "${local.prefix}reporter-undelivered"
        description = "Ends of executions did not reach the reporter of ${var.name}: the reconciler stops their jobs."
        namespace   = "AWS/Events"
        metric      = "FailedInvocations"
        dimensions  = { RuleName = "${local.prefix}executions" }
        statistic   = "Sum"
        is_silence  = false
      }
    },
    { for name in keys(local.minutely) : "${name}-silent" => {
      name        = "${local.prefix}${name}-silent"
      description = "The ${name} of ${var.name} has not run for five minutes: ${local.silence[name]}."
      namespace   = "AWS/Lambda"
      metric      = "Invocations"
      dimensions  = { FunctionName = local.function_names[name] }
      statistic   = "Sum"
      is_silence  = true
    } },
  )

  functions = merge({ dispatcher = module.dispatcher, reporter = module.reporter, reconciler = module.reconciler }, module.poller, module.listener)
  alarm_arns = merge(
    { for key, alarm in aws_cloudwatch_metric_alarm.this : key => alarm.arn },
    [for name, function in local.functions : { for key, arn in function.alarm_arns : "${name}-${key}" => arn }]...
  )
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.every_alarm

  alarm_name          = each.value.name
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = 300
  evaluation_periods  = 1
  comparison_operator = each.value.is_silence ? "LessThanThreshold" : "GreaterThanThreshold"
  threshold           = each.value.is_silence ? 1 : 0
  treat_missing_data  = each.value.is_silence ? "breaching" : "notBreaching"
  alarm_actions       = var.watching.alarm_actions
  ok_actions          = var.watching.alarm_actions
  tags                = var.tags
}

module "dashboard" {
  source = "../dashboard"
  count  = var.watching.dashboard ? 1 : 0

  name                = var.name
  functions           = { for name, function in local.functions : name => function.name }
  queues              = { for key, queue in local.queues : key => queue.name }
  alarm_arns          = local.alarm_arns
  overdue_minutes     = var.watching.overdue_minutes
  max_dispatch_errors = var.watching.max_dispatch_errors
  alarm_actions       = var.watching.alarm_actions
  saved_queries       = var.watching.saved_queries
  tags                = var.tags
}
