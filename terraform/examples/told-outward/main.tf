# The bus is yours: who may read what from it is your rules' matter.
resource "aws_cloudwatch_event_bus" "tasks" {
  name = "letters-tasks"
}

module "stack" {
  source = "../../modules/stack"

  name        = "letters"
  packages    = var.packages
  backends    = ["lambda"]
  event_buses = [aws_cloudwatch_event_bus.tasks.arn]
  activities = { letter = {
    lambda        = { function_arn = var.function_arn, role = { name = var.role_name } }
    event_bus_arn = aws_cloudwatch_event_bus.tasks.arn
  } }
}

# An example of a rule: what failed, for whoever looks after it. An event may come twice, with the same detail.id.
resource "aws_cloudwatch_event_rule" "failed" {
  name           = "letters-failed"
  description    = "Tasks of the letters that have failed"
  event_bus_name = aws_cloudwatch_event_bus.tasks.name
  event_pattern = jsonencode({
    source      = ["activity-dispatch"]
    detail-type = ["Task Settled"]
    detail      = { status = ["failed"] }
  })
}

resource "aws_sqs_queue" "failed" {
  name                    = "letters-failed"
  sqs_managed_sse_enabled = true
}

resource "aws_sqs_queue_policy" "failed" {
  queue_url = aws_sqs_queue.failed.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FromTheRule"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.failed.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.failed.arn } }
    }]
  })
}

resource "aws_cloudwatch_event_target" "failed" {
  rule           = aws_cloudwatch_event_rule.failed.name
  event_bus_name = aws_cloudwatch_event_bus.tasks.name
  arn            = aws_sqs_queue.failed.arn
}
