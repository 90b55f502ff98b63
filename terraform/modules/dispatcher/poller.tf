# Only if the wake_up of an activity is poll: a function that polls all the time, one invocation after another.
locals {
  modes           = distinct([for activity in var.activities : activity.wake_up])
  polled_backends = [for activity in var.activities : "backend-${activity.backend}" if activity.wake_up == "poll"]
  polled          = contains(local.modes, "poll") ? { poller = var.packages.poller } : {}

  poller_policy = {
    Version = "2012-10-17"
    Statement = concat(local.take_tasks["poller"], [{
      Sid      = "FindActivities"
      Effect   = "Allow"
      Action   = ["dynamodb:Query"]
      Resource = ["${local.table_arn}/index/open"]
    }])
  }
}

module "poller" {
  source   = "../function"
  for_each = local.polled

  name        = "${var.name}-poller"
  description = "Polls activities all the time and starts the jobs of their tasks"
  handler     = "poller.handler.handle"
  package     = each.value
  # Lambda's maximum: each invocation uses its last minute or two to hand over.
  timeout_seconds    = 900
  memory_mb          = 512
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  tracing            = var.watching.tracing
  environment        = local.worker_environment
  policies = merge(
    { poll = jsonencode(local.poller_policy) },
    { for key, policy in local.start_policies : key => policy if contains(local.polled_backends, key) },
  )
  tags = var.tags
}

# No retry: the next invocation is a minute away.
resource "aws_lambda_function_event_invoke_config" "poller" {
  for_each = module.poller

  function_name                = each.value.arn
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

resource "aws_cloudwatch_event_rule" "poller" {
  for_each = local.polled

  name                = "${var.name}-poller"
  description         = "Keeps the poller of ${var.name} polling"
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "poller" {
  for_each = module.poller

  rule      = aws_cloudwatch_event_rule.poller[each.key].name
  target_id = "poller"
  arn       = each.value.arn
}

resource "aws_lambda_permission" "poller" {
  for_each = module.poller

  statement_id  = "events"
  function_name = each.value.name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.poller[each.key].arn
}

resource "aws_cloudwatch_metric_alarm" "poller_silent" {
  for_each = local.polled

  alarm_name          = "${var.name}-poller-silent"
  alarm_description   = "The poller of ${var.name} was not invoked for five minutes: nothing starts tasks of activities whose wake_up is poll."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = "${var.name}-poller" }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "LessThanThreshold"
  threshold           = 1
  treat_missing_data  = "breaching"
  alarm_actions       = var.watching.alarm_actions
  ok_actions          = var.watching.alarm_actions
  tags                = var.tags
}
