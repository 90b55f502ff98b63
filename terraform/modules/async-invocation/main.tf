# The Retry of the process state decides what happens to a failed job: a second run by Lambda would find the task
# settled. An invocation that outlives its task in the queue is useless.
resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = var.function_arn
  maximum_retry_attempts       = 0
  maximum_event_age_in_seconds = var.max_queue_seconds

  # A function that died or was never run cannot report itself.
  dynamic "destination_config" {
    for_each = var.failure_destination_arn[*]
    content {
      on_failure {
        destination = destination_config.value
      }
    }
  }
}

# The end of a job sends the request for the next one, which the dispatcher passes to this function: Lambda would take
# the sixteenth job in a row for a runaway loop and drop it. The loop ends with the activity's tasks.
# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
resource "aws_lambda_function_recursion_config" "this" {
  function_name  = element(split(":", var.function_arn), 6)
  recursive_loop = "Allow"
}

resource "aws_cloudwatch_metric_alarm" "dropped" {
  alarm_name          = "${var.name}-dropped"
  alarm_description   = "Lambda accepted jobs of ${var.name} but did not run them within ${var.max_queue_seconds} s."
  namespace           = "AWS/Lambda"
  metric_name         = "AsyncEventsDropped"
  dimensions          = { FunctionName = element(split(":", var.function_arn), 6) }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  tags                = var.tags
}
