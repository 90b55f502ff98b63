# Turns events into the ends of tasks: a rule for each service whose jobs are watched (watch.tf) and for each backend that is not
# named after the stack, one for executions that end without success or are redriven, and the reporter that all invoke.
locals {
  # By the backend's key, not by its pattern, which may be unknown at plan time. Two rules for one event do no harm: a
  # task is settled once.
  reporting = { for key, backend in var.backends : key => backend if backend.event_pattern != null }
  rules     = { for key, backend in local.reporting : key => backend if !startswith(coalesce(backend.job_names, "?"), "${var.name}-") }
  event_patterns = merge(
    local.watched_patterns,
    { for key, backend in local.rules : key => backend.event_pattern },
    length(var.state_machine_arns) > 0 ? { executions = local.executions_pattern } : {},
  )
  execution_arns = [for arn in var.state_machine_arns : "${replace(arn, ":stateMachine:", ":execution:")}:*"]

  keep_undelivered_events = [{
    Sid       = "KeepUndeliveredEvents"
    Effect    = "Allow"
    Principal = { Service = "events.amazonaws.com" }
    Action    = "sqs:SendMessage"
    Resource  = local.queue_arns.report_dead_letter
    # By prefix: the queues must not depend on the backends, whose jobs depend on the dispatcher of the queues.
    Condition = { ArnLike = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:events:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:rule/${var.name}-*" } }
  }]

  # Built from its name to avoid a cycle: a function behind a backend names the reporter, which names the backends.
  reporter_arn = "arn:${data.aws_partition.current.partition}:lambda:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:function:${var.name}-reporter"

  # Common to reporter and reconciler.
  end_tasks = concat(
    [
      {
        # A heartbeat asks whether anybody waits for a task, before its job is stopped.
        Sid      = "SettleTasksAndAskAboutThem"
        Effect   = "Allow"
        Action   = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
        Resource = local.settled_arns
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
      local.make_requests,
    ],
    local.use_key,
  )

  reporter_policy = {
    Version = "2012-10-17"
    Statement = concat(
      local.end_tasks,
      [
        {
          Sid      = "FindTasksOfExecutions"
          Effect   = "Allow"
          Action   = ["dynamodb:Query"]
          Resource = ["${local.table_arn}/index/open", "${local.table_arn}/index/executions"]
        },
        {
          Sid      = "KeepFailedEvents"
          Effect   = "Allow"
          Action   = ["sqs:SendMessage"]
          Resource = [local.queue_arns.report_dead_letter]
        },
      ],
      length(local.execution_arns) == 0 ? [] : [{
        Sid      = "ReadHistoriesOfExecutions"
        Effect   = "Allow"
        Action   = ["states:GetExecutionHistory"]
        Resource = local.execution_arns
      }],
    )
  }
  end_policies = { for key, backend in local.reporting : "backend-${key}-ends" => backend.report_policy_json if backend.report_policy_json != null }
}

module "reporter" {
  source = "../function"

  name        = "${var.name}-reporter"
  description = "Turns job events of container services into outcomes of tasks"
  handler     = "reporter.handler.handle"
  package     = var.packages.reporter
  # A large execution that is aborted: each of its jobs is stopped. What does not fit is left to the event's next delivery.
  timeout_seconds    = 300
  memory_mb          = 512
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  environment        = merge(local.worker_environment, { REPORT_DEAD_LETTER_URL = aws_sqs_queue.this["report_dead_letter"].url })
  policies           = merge({ report = jsonencode(local.reporter_policy) }, local.watch_policies, local.end_policies)
  tracing            = var.watching.tracing
  tags               = var.tags

  reserved_concurrency = local.reserved_concurrency.reporter
}

# All invocations are asynchronous. There is no failure destination: it would get whole events, and the record of a
# function's failed invocation holds the task's token and input. The reporter itself keeps what may be kept.
resource "aws_lambda_function_event_invoke_config" "reporter" {
  function_name          = module.reporter.arn
  maximum_retry_attempts = 2
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.event_patterns

  name          = "${var.name}-${each.key}"
  description   = "${each.key == "executions" ? "Ends and redrives of executions" : "Ends of jobs on ${trimprefix(each.key, "jobs-")}"}, for the reporter of ${var.name}"
  event_pattern = each.value
  tags          = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = aws_cloudwatch_event_rule.this

  rule      = each.value.name
  target_id = "reporter"
  arn       = module.reporter.arn

  # For events that could not be delivered to the function at all. Those of executions hold inputs and outputs, so
  # they are not kept: an alarm tells, and the reconciler's heartbeats find what has ended.
  dynamic "dead_letter_config" {
    for_each = each.key == "executions" ? [] : [aws_sqs_queue.this["report_dead_letter"].arn]
    content {
      arn = dead_letter_config.value
    }
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
