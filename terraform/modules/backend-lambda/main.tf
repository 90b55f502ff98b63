# Jobs are invocations of a function, which reports their outcomes itself.
locals {
  name           = "${var.stack.prefix}${var.name}"
  function_parts = split(":", var.settings.function_arn)
  # A statement's name has at most 100 characters.
  statements = { for role, arn in { for arn in var.stack.starters : element(split("/", arn), -1) => arn } :
    role => { id = length("${local.name}-${role}") <= 100 ? "${local.name}-${role}" : "${substr(local.name, 0, 67)}-${substr(sha256("${local.name}-${role}"), 0, 32)}", principal = arn }
  }
  # Whether the function's role may invoke the reporter.
  reports = var.settings.role != null || var.settings.report_failures
}

module "job_policy" {
  source = "../job-policy"

  stack      = var.stack
  activities = coalesce(var.activities, [var.name])
  callbacks  = var.callbacks
  kind       = "function"
}

resource "aws_iam_role_policy" "worker" {
  count = var.settings.role == null ? 0 : 1

  name   = "${local.name}-worker"
  role   = var.settings.role.name
  policy = module.job_policy.policy_json

  # Never without: a job may be running.
  lifecycle {
    create_before_destroy = true
  }
}

# The function's own policy lets the stack in: the stack's roles name no function.
resource "aws_lambda_permission" "starter" {
  for_each = local.statements

  statement_id  = each.value.id
  function_name = element(local.function_parts, 6)
  action        = "lambda:InvokeFunction"
  principal     = each.value.principal
}

# The Retry of the process state decides what happens to a failed job: a second run by Lambda would find the task
# settled. An invocation that outlives its task in the queue is useless.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name          = var.settings.function_arn
  maximum_retry_attempts = 0
  # Without a limit of the activity: Lambda's maximum of six hours.
  maximum_event_age_in_seconds = var.max_queue_seconds == null ? 21600 : var.max_queue_seconds

  # A function that died or was never run cannot report itself.
  dynamic "destination_config" {
    for_each = local.reports ? [var.stack.reporter_arn] : []
    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }

  lifecycle {
    precondition {
      condition     = var.max_queue_seconds == null ? true : var.max_queue_seconds >= 60 && var.max_queue_seconds <= 21600
      error_message = "max_queue_seconds must be null or from 60 to 21600 on backend lambda. Given: ${var.max_queue_seconds == null ? "null" : var.max_queue_seconds}."
    }
  }
  # Lambda accepts a destination only if the function's role may invoke it.
  depends_on = [aws_iam_role_policy.worker]
}

# The end of a job sends the request for the next one, which the dispatcher passes to this function: Lambda would take
# the sixteenth job in a row for a runaway loop and drop it. The loop ends with the activity's tasks.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
resource "aws_lambda_function_recursion_config" "this" {
  function_name  = element(local.function_parts, 6)
  recursive_loop = "Allow"
}
