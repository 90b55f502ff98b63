# Turns events into the ends of tasks: a rule for each service that jobs run on, one for executions that end without success or
# are redriven, and the reporter that all invoke.
locals {
  rule_arns = ["arn:${local.partition}:events:${local.place}:rule/${local.prefix}*"]

  reporter_policy = {
    Version = "2012-10-17"
    Statement = concat(local.end_tasks, [
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
      {
        Sid      = "ReadHistoriesOfExecutions"
        Effect   = "Allow"
        Action   = ["states:GetExecutionHistory"]
        Resource = local.execution_arns
      },
    ])
  }
}

module "reporter" {
  source = "../function"

  name        = local.function_names.reporter
  description = "Turns job events of container services into outcomes of tasks"
  handler     = "reporter.handler.handle"
  package     = module.packages.packages.reporter
  # A large execution that is aborted: each of its jobs is stopped. What does not fit is left to the event's next delivery.
  limits       = { timeout_seconds = 300, memory_mb = 512, concurrency = local.reserved_concurrency.reporter }
  environment  = merge(local.function_environment, { REPORT_DEAD_LETTER_URL = aws_sqs_queue.this["report_dead_letter"].url })
  policies     = merge({ report = jsonencode(local.reporter_policy) }, local.job_policies.reporter)
  iam          = local.function_iam
  vpc          = var.functions.vpc
  architecture = var.functions.architecture
  logs         = var.logs
  kms_key_arn  = var.data.kms_key_arn
  watching     = local.watching
  tags         = var.tags
}

# All invocations are asynchronous. There is no failure destination: it would get whole events, and the record of a
# function's failed invocation holds the task's token and input. The reporter itself keeps what may be kept.
resource "aws_lambda_function_event_invoke_config" "reporter" {
  function_name          = module.reporter.arn
  maximum_retry_attempts = 2
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = local.event_patterns

  name          = "${local.prefix}${each.key}"
  description   = "${each.key == "executions" ? "Ends and redrives of executions" : "Ends of jobs on ${trimprefix(each.key, "jobs-")}"}, for the reporter of ${var.name}"
  event_pattern = each.value
  tags          = var.tags

  lifecycle {
    precondition {
      condition     = length(each.value) <= 2048
      error_message = "existing.state_machines must be fewer, which a * at the end makes possible: EventBridge allows an event pattern of 2048 characters. Given: ${length(each.value)}, with ${join(", ", var.existing.state_machines)}."
    }
  }
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

# For all rules of the stack's name. Their ARN names the account; EventBridge's documents do not promise a source account.
resource "aws_lambda_permission" "reporter" {
  statement_id  = "events"
  function_name = module.reporter.name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
  source_arn    = local.rule_arns[0]
}
