resource "aws_cloudwatch_metric_alarm" "this" {
  count = local.is_callback ? 0 : 1

  alarm_name          = "${local.name}-timed-out"
  alarm_description   = "Tasks of activity ${local.name} ran longer than ${var.timeout_seconds} s or sent no heartbeat for ${local.heartbeat_seconds} s."
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.stack.alarm_actions
  ok_actions          = var.stack.alarm_actions
  tags                = local.tags

  metric_query {
    id          = "both"
    expression  = "SUM(METRICS())"
    label       = "tasks timed out"
    return_data = true
  }
  dynamic "metric_query" {
    for_each = { late = "ActivitiesTimedOut", silent = "ActivitiesHeartbeatTimedOut" }
    content {
      id = metric_query.key
      metric {
        namespace   = "AWS/States"
        metric_name = metric_query.value
        dimensions  = { ActivityArn = aws_sfn_activity.this[0].id }
        period      = 300
        stat        = "Sum"
      }
    }
  }
}
