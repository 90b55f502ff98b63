# Only if the wake_up of an activity is logs: a function that gets each scheduled task from a state machine's log.
locals {
  heard = contains(local.modes, "logs") ? { listener = var.packages.listener } : {}
  # The names are known at plan time: the groups are created outside the stack.
  log_groups = length(local.heard) > 0 ? toset(var.log_group_names) : toset([])

  listener_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        local.make_requests,
        {
          Sid      = "FindActivities"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem"]
          Resource = [local.table_arn]
        },
      ],
      local.use_key,
    )
  }
}

module "listener" {
  source   = "../function"
  for_each = local.heard

  name               = "${var.name}-listener"
  description        = "Turns log events of state machines into dispatch requests"
  handler            = "listener.handler.handle"
  package            = each.value
  timeout_seconds    = 60
  memory_mb          = 256
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  tracing            = var.watching.tracing
  environment        = local.worker_environment
  policies           = { listen = jsonencode(local.listener_policy) }
  tags               = var.tags
}

resource "aws_lambda_permission" "listener" {
  for_each = local.log_groups

  # A statement ID may only contain letters, digits, - and _.
  statement_id   = "logs-${substr(sha256(each.key), 0, 16)}"
  function_name  = module.listener["listener"].name
  action         = "lambda:InvokeFunction"
  principal      = "logs.amazonaws.com"
  source_account = data.aws_caller_identity.current.account_id
  source_arn     = "arn:${data.aws_partition.current.partition}:logs:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:log-group:${each.key}:*"
}

resource "aws_cloudwatch_log_subscription_filter" "listener" {
  for_each = local.log_groups

  name            = "${var.name}-listener"
  log_group_name  = each.key
  filter_pattern  = "{ $.type = \"ActivityScheduled\" }"
  destination_arn = module.listener["listener"].arn

  # CloudWatch Logs rejects a destination that it may not invoke.
  depends_on = [aws_lambda_permission.listener]
}
