# One alarm for all, for each costs a resource and $0.10 a month.
locals {
  own_metrics = local.is_callback ? {} : {
    late   = { namespace = "AWS/States", name = "ActivitiesTimedOut", dimensions = { ActivityArn = local.arn } }
    silent = { namespace = "AWS/States", name = "ActivitiesHeartbeatTimedOut", dimensions = { ActivityArn = local.arn } }
  }
  # Lambda accepted jobs and did not run them in time. A function of several activities is in the alarm of each.
  function_metrics = { for id, kind in { dropped = "lambda" } : id => {
    namespace  = "AWS/Lambda"
    name       = "AsyncEventsDropped"
    dimensions = { FunctionName = try(element(split(":", local.config.function_arn), 6), "") }
  } if kind == local.backend.kind }
  alarm_metrics = merge(local.own_metrics, local.function_metrics)
}

resource "aws_cloudwatch_metric_alarm" "this" {
  count = length(local.alarm_metrics) > 0 ? 1 : 0

  alarm_name          = "${local.name}-timed-out"
  alarm_description   = "Tasks of ${local.name} ran longer than ${var.timeout_seconds} s, sent no heartbeat for ${local.heartbeat_seconds} s, or were accepted by Lambda and not run in time."
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.stack.alarm_actions
  ok_actions          = var.stack.alarm_actions
  tags                = local.tags

  metric_query {
    id          = "all"
    expression  = "SUM(METRICS())"
    label       = "tasks timed out"
    return_data = true
  }
  dynamic "metric_query" {
    for_each = local.alarm_metrics
    content {
      id = metric_query.key
      metric {
        namespace   = metric_query.value.namespace
        metric_name = metric_query.value.name
        dimensions  = metric_query.value.dimensions
        period      = 300
        stat        = "Sum"
      }
    }
  }
}
