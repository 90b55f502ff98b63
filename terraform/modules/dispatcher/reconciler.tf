# Looks after all open tasks every minute, EventBridge's shortest interval.
locals {
  reconciler_policy = {
    Version = "2012-10-17"
    Statement = concat(
      local.end_tasks,
      [
        {
          Sid      = "FindOpenTasks"
          Effect   = "Allow"
          Action   = ["dynamodb:Scan"]
          Resource = ["${local.table_arn}/index/open"]
        },
      ],
    )
  }
  start_policies = { for key, backend in var.backends : "backend-${key}" => backend.policy_json }
}

module "reconciler" {
  source = "../function"

  name            = "${var.name}-reconciler"
  description     = "Looks after open tasks: heartbeats, lost starts and ends, jobs that nothing waits for"
  handler         = "reconciler.handler.handle"
  package         = var.packages.reconciler
  timeout_seconds = 300
  # A whole core: a heartbeat takes about a millisecond of it, and 100,000 open tasks take 500 MB. An idle pass costs next to nothing.
  memory_mb          = 1769
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  environment        = merge(local.worker_environment, { MISSED_TASK_POLL_SECONDS = tostring(var.missed_task_poll_minutes * 60) })
  policies           = merge({ reconcile = jsonencode(local.reconciler_policy) }, local.start_policies, local.watch_policies, local.end_policies)
  tracing            = var.watching.tracing
  tags               = var.tags

  reserved_concurrency = local.reserved_concurrency.reconciler
}

# No retry of a failed pass: the next one is a minute away.
resource "aws_lambda_function_event_invoke_config" "reconciler" {
  function_name                = module.reconciler.arn
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

resource "aws_cloudwatch_event_rule" "reconciler" {
  name                = "${var.name}-reconciler"
  description         = "The passes of the reconciler of ${var.name}"
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "reconciler" {
  rule      = aws_cloudwatch_event_rule.reconciler.name
  target_id = "reconciler"
  arn       = module.reconciler.arn
}

resource "aws_lambda_permission" "reconciler" {
  statement_id  = "events"
  function_name = module.reconciler.name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.reconciler.arn
}

resource "aws_cloudwatch_metric_alarm" "reconciler_silent" {
  alarm_name          = "${var.name}-reconciler-silent"
  alarm_description   = "The reconciler of ${var.name} has not run for five minutes: waiting jobs get no heartbeats, lost jobs stay unnoticed."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = "${var.name}-reconciler" }
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
