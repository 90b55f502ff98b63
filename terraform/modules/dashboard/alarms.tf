# What the stack says of itself. The alarms on dead letters, on a silent reconciler, on functions and on activities stand
# where those are made: they are needed without a dashboard too.
locals {
  alarms = {
    stuck-tasks = {
      description = "Tasks of ${var.name} are open though their state has timed out: nobody waits for them, their jobs may still run."
      metric      = "OverdueTasks"
      statistic   = "Maximum"
      period      = 60
      periods     = var.overdue_minutes
      threshold   = 0
    }
    dispatch-errors = {
      description = "The dispatcher of ${var.name} could not start tasks, or could not handle requests: its log tells which and why."
      metric      = "DispatchErrors"
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = var.max_dispatch_errors
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = local.namespace
  metric_name         = each.value.metric
  dimensions          = { stack = var.name }
  statistic           = each.value.statistic
  period              = each.value.period
  evaluation_periods  = each.value.periods
  comparison_operator = "GreaterThanThreshold"
  threshold           = each.value.threshold
  # No pass of the reconciler has an alarm of its own.
  treat_missing_data = "notBreaching"
  alarm_actions      = var.alarm_actions
  ok_actions         = var.alarm_actions
  tags               = var.tags
}
