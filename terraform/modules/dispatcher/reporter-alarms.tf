# Alarms on events that the reporter never handled and could keep no record of.
locals {
  lost_events = {
    dropped = {
      description = "Lambda gave up events for the reporter of ${var.name}: the reconciler finds the ends of these jobs."
      namespace   = "AWS/Lambda"
      metric      = "AsyncEventsDropped"
      dimensions  = { FunctionName = "${var.name}-reporter" }
    }
    undelivered = {
      description = "Ends of executions did not reach the reporter of ${var.name}: the reconciler stops their jobs."
      namespace   = "AWS/Events"
      metric      = "FailedInvocations"
      dimensions  = { RuleName = "${var.name}-executions" }
    }
  }
}

# What it could not keep: it was killed or throttled, or could not be invoked.
resource "aws_cloudwatch_metric_alarm" "reporter_lost" {
  for_each = local.lost_events

  alarm_name          = "${var.name}-reporter-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.watching.alarm_actions
  ok_actions          = var.watching.alarm_actions
  tags                = var.tags
}
