# What turns the backends' events into outcomes: a rule for each backend that has events, and the reporter behind them.
locals {
  # By the backend's name and not by the pattern, which may be unknown when planning. Two rules for one event are no
  # harm: a task is settled once.
  rules = { for key, backend in var.backends : key => backend if backend.event_pattern != null }

  keep_undelivered_events = [{
    Sid       = "KeepUndeliveredEvents"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Resource  = local.queue_arns.report_dead_letter
    # By their names' beginning: the queues must not need the backends, whose jobs need the queues' dispatcher.
    Condition = { ArnLike = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:events:${data.aws_region.current.name}:${data.aws_caller_identity.current.account_id}:rule/${var.name}-*" } }
  }]

  reporter_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "SettleTasks"
          Effect   = "Allow"
          Action   = ["states:SendTaskSuccess", "states:SendTaskFailure"]
          Resource = local.activity_arns
        },
        {
          Sid      = "ReadAndSettleTasks"
          Effect   = "Allow"
          Action   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
          Resource = [local.table_arn]
        },
        {
          Sid      = "ReadAndKeepPayloads"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = local.payload_arns
        },
        {
          Sid      = "KeepFailedEvents"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = [local.queue_arns.report_dead_letter]
        },
      ],
      local.use_key,
    )
  }
  reporter_policies = merge(
    { report = jsonencode(local.reporter_policy) },
    { for key, backend in local.rules : "backend-${key}" => backend.report_policy_json if backend.report_policy_json != null },
  )
}

module "reporter" {
  source = "../function"

  name               = "${var.name}-reporter"
  description        = "Turns what container services say of jobs into outcomes of tasks"
  handler            = "reporter.handler.handle"
  package            = var.packages.reporter
  timeout_seconds    = 60
  memory_mb          = 512
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  alarm_actions      = var.alarm_actions
  environment        = local.worker_environment
  policies           = local.reporter_policies
  tags               = var.tags
}

# EventBridge invokes asynchronously: what fails three times is kept.
resource "aws_lambda_function_event_invoke_config" "reporter" {
  function_name          = module.reporter.arn
  maximum_retry_attempts = 2

  destination_config {
    on_failure {
      destination = aws_sqs_queue.this["report_dead_letter"].arn
    }
  }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.rules

  name          = "${var.name}-${each.key}"
  description   = "Ends of jobs on ${each.value.name}, for the reporter of ${var.name}"
  event_pattern = each.value.event_pattern
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this

  rule      = each.value.name
  target_id = "reporter"
  arn       = module.reporter.arn

  # What could not be handed to the function at all.
  dead_letter_config {
    arn = aws_sqs_queue.this["report_dead_letter"].arn
  }
}

resource "aws_lambda_permission" "this" {
  for_each = aws_cloudwatch_event_rule.this

  statement_id  = "events-${each.key}"
  function_name = module.reporter.name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = each.value.arn
}
