data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }

locals {
  # An invocation takes requests for one to three and a half minutes; the last polls take 60 s, and their starts follow.
  function_timeout_seconds = 300
  # After this time a request whose dispatcher was lost is delivered again; until then its task waits. At least the
  # function's timeout, and what passes between receiving a message and starting the function. AWS recommends six times
  # the timeout in case of throttling, which the mapping's concurrency limit prevents here.
  visibility_timeout_seconds = 330
  # With the dispatcher's growing pauses, about a quarter of an hour of throttling or of waiting for a new activity.
  max_receive_count = 20

  # Known before the queues exist, so that policies and what depends on them need not wait.
  queue_arn_prefix = "arn:${data.aws_partition.current.partition}:sqs:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:"
  queues = {
    dispatch = { name = "${var.name}-dispatch", retention_days = 4 }
    # A callback's message holds its token and input, which a redrive needs: kept a day longer than in the queue.
    dead_letter        = { name = "${var.name}-dispatch-dead-letter", retention_days = 5 }
    report_dead_letter = { name = "${var.name}-report-dead-letter", retention_days = 14 }
  }
  queue_arns = { for key, queue in local.queues : key => "${local.queue_arn_prefix}${queue.name}" }
}

resource "aws_sqs_queue" "this" {
  for_each = local.queues

  name                       = each.value.name
  visibility_timeout_seconds = local.visibility_timeout_seconds
  message_retention_seconds  = each.value.retention_days * 86400
  sqs_managed_sse_enabled    = true
  policy                     = jsonencode(local.queue_policies[each.key])
  tags                       = var.tags
}

# Separate, so that both queues are created in parallel: the provider waits 25 s for each.
resource "aws_sqs_queue_redrive_policy" "this" {
  queue_url = aws_sqs_queue.this["dispatch"].url
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.this["dead_letter"].arn
    maxReceiveCount     = local.max_receive_count
  })
}

resource "aws_cloudwatch_metric_alarm" "dead_letter" {
  for_each = {
    dead_letter        = "The dispatcher of ${var.name} could not handle dispatch requests: nothing starts their tasks."
    report_dead_letter = "The reporter of ${var.name} could not handle ends of jobs: their tasks may stay open."
  }

  alarm_name          = "${local.queues[each.key].name}-not-empty"
  alarm_description   = each.value
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = local.queues[each.key].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.watching.alarm_actions
  ok_actions          = var.watching.alarm_actions
  tags                = var.tags
}

module "function" {
  source = "../function"

  name               = "${var.name}-dispatcher"
  description        = "Takes tasks off activities and starts their jobs"
  handler            = "dispatcher.handler.handle"
  package            = var.packages.dispatcher
  timeout_seconds    = local.function_timeout_seconds
  memory_mb          = 512
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  environment        = local.worker_environment
  policies           = local.dispatcher_policies
  tracing            = var.watching.tracing
  tags               = var.tags

  reserved_concurrency = local.reserved_concurrency.dispatcher
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn        = aws_sqs_queue.this["dispatch"].arn
  function_name           = module.function.arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.tags

  scaling_config {
    maximum_concurrency = var.concurrency.max_dispatchers
  }
}
