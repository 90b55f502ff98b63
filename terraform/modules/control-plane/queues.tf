# Dispatch requests, and what could not be handled.
locals {
  # After this time a request whose dispatcher was lost is delivered again; until then its task waits. At least the
  # function's timeout, and what passes between receiving a message and starting the function. AWS recommends six times
  # the timeout in case of throttling, which the mapping's concurrency limit prevents here.
  visibility_timeout_seconds = 330
  # With the dispatcher's growing pauses, about a quarter of an hour of throttling or of waiting for a new activity.
  max_receive_count = 20

  queues = {
    dispatch = { name = local.names.dispatch_queue, retention_days = 4 }
    # A callback's message holds its token and input, which a redrive needs: kept a day longer than in the queue.
    dead_letter        = { name = "${local.names.dispatch_queue}-dead-letter", retention_days = 5 }
    report_dead_letter = { name = local.names.report_dead_letter_queue, retention_days = 14 }
  }
  # Known before the queues exist, so that policies and what depends on them need not wait.
  queue_arns = { for key, queue in local.queues : key => "arn:${local.partition}:sqs:${local.place}:${queue.name}" }

  queue_policies = { for key, arn in local.queue_arns : key => {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid       = "RefusePlainHttp"
        Effect    = "Deny"
        Principal = "*"
        Action    = "sqs:*"
        Resource  = arn
        Condition = { Bool = { "aws:SecureTransport" = "false" } }
      }],
      [for statement in [{
        Sid       = "KeepUndeliveredEvents"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = arn
        Condition = { ArnLike = { "aws:SourceArn" = local.rule_arns } }
      }] : statement if key == "report_dead_letter"],
    )
  } }
}

resource "aws_sqs_queue" "this" {
  for_each = local.queues

  name                       = each.value.name
  visibility_timeout_seconds = local.visibility_timeout_seconds
  message_retention_seconds  = each.value.retention_days * 86400
  sqs_managed_sse_enabled    = var.data.queue_kms_key_arn == null ? true : null
  kms_master_key_id          = var.data.queue_kms_key_arn
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
