# Alarms on the stack's own metrics. Those on dead letters, a silent reconciler, functions and activities are created
# with these resources: they are needed without a dashboard too.
locals {
  alarms = {
    stuck-tasks = {
      description = "Tasks of ${var.name} are open although their state has timed out: nothing waits for them, but their jobs may still run."
      metric      = "OverdueTasks"
      statistic   = "Maximum"
      period      = 60
      periods     = var.overdue_minutes
      threshold   = 0
    }
    heartbeats-behind = {
      description = "The reconciler of ${var.name} has more tasks than it can ask about in a minute: an activity with a short HeartbeatSeconds may lose tasks."
      metric      = "SecondsBehind"
      statistic   = "Maximum"
      period      = 60
      periods     = 5
      threshold   = 120
    }
    jobs-not-described = {
      description = "Jobs of ${var.name} can't be described: their tasks are kept alive, but their ends may stay unnoticed. The reconciler's log shows why."
      metric      = "JobsNotDescribed"
      statistic   = "Maximum"
      period      = 60
      periods     = 5
      threshold   = 0
    }
    dispatch-errors = {
      description = "The dispatcher of ${var.name} could not start tasks or handle requests: its log shows which and why."
      metric      = "DispatchErrors"
      statistic   = "Sum"
      period      = 300
      periods     = 1
      threshold   = var.max_dispatch_errors
    }
    invalid-items = {
      description = "The task table of ${var.name} holds items that are not what their keys say: the reconciler's log names them."
      metric      = "InvalidItems"
      statistic   = "Maximum"
      period      = 300
      periods     = 1
      threshold   = 0
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
  # A missing pass of the reconciler has its own alarm.
  treat_missing_data = "notBreaching"
  alarm_actions      = var.alarm_actions
  ok_actions         = var.alarm_actions
  tags               = var.tags
}
