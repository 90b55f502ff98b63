# What runs every minute, EventBridge's shortest interval: the reconciler, which looks after all open tasks, and the poller, which
# polls all the time, one invocation after another.
locals {
  minutely = merge({ reconciler = module.reconciler }, module.poller)
  silence = {
    reconciler = "waiting jobs get no heartbeats, lost jobs stay unnoticed"
    poller     = "nothing starts tasks of activities whose wake_up is poll"
  }
  reconciler_policy = {
    Version = "2012-10-17"
    Statement = concat(local.end_tasks, [
      {
        Sid      = "FindOpenTasks"
        Effect   = "Allow"
        Action   = ["dynamodb:Scan"]
        Resource = ["${local.table_arn}/index/open"]
      },
    ])
  }
}

module "reconciler" {
  source = "../function"

  name        = local.function_names.reconciler
  description = "Looks after open tasks: heartbeats, lost starts and ends, jobs that nothing waits for"
  handler     = "reconciler.handler.handle"
  package     = module.packages.packages.reconciler
  # A whole core: a heartbeat takes about a millisecond of it, and 100,000 open tasks take 500 MB. An idle pass costs next to nothing.
  limits       = { timeout_seconds = 300, memory_mb = 1769, concurrency = local.reserved_concurrency.reconciler }
  environment  = merge(local.function_environment, { MISSED_TASK_POLL_SECONDS = tostring(var.dispatch.missed_task_poll_minutes * 60) })
  policies     = merge({ reconcile = jsonencode(local.reconciler_policy) }, local.job_policies.reconciler)
  iam          = local.function_iam
  vpc          = var.functions.vpc
  architecture = var.functions.architecture
  logs         = var.logs
  kms_key_arn  = var.data.kms_key_arn
  watching     = local.watching
  tags         = var.tags
}

module "poller" {
  source   = "../function"
  for_each = toset([for mode, function in { poll = "poller" } : function if contains(var.wake_ups, mode)])

  name        = local.function_names.poller
  description = "Polls activities all the time and starts the jobs of their tasks"
  handler     = "poller.handler.handle"
  package     = module.packages.packages.poller
  # Each invocation uses its last minute or two to hand over.
  limits       = { timeout_seconds = 900, memory_mb = 512 }
  environment  = local.function_environment
  policies     = merge({ poll = jsonencode({ Version = "2012-10-17", Statement = local.take_tasks }) }, local.job_policies.poller)
  iam          = local.function_iam
  vpc          = var.functions.vpc
  architecture = var.functions.architecture
  logs         = var.logs
  kms_key_arn  = var.data.kms_key_arn
  watching     = local.watching
  tags         = var.tags
}

# No retry of what failed: the next invocation is a minute away.
resource "aws_lambda_function_event_invoke_config" "minutely" {
  for_each = local.minutely

  function_name                = each.value.arn
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = 60
}

resource "aws_cloudwatch_event_rule" "minutely" {
  for_each = local.minutely

  name                = "${local.prefix}${each.key}"
  description         = "Invokes the ${each.key} of ${var.name}"
  schedule_expression = "rate(1 minute)"
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "minutely" {
  for_each = local.minutely

  rule      = aws_cloudwatch_event_rule.minutely[each.key].name
  target_id = each.key
  arn       = each.value.arn
}

resource "aws_lambda_permission" "minutely" {
  for_each = local.minutely

  statement_id  = "events"
  function_name = each.value.name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.minutely[each.key].arn
}
