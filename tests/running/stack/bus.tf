# A bus that activities tell, and a queue of all that it gets.
resource "aws_cloudwatch_event_bus" "told" {
  name = "told"
}

resource "aws_sqs_queue" "told" {
  name = "told"
}

resource "aws_sqs_queue_policy" "told" {
  queue_url = aws_sqs_queue.told.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FromTheRule"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.told.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.told.arn } }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "told" {
  name           = "told"
  event_bus_name = aws_cloudwatch_event_bus.told.name
  event_pattern  = jsonencode({ source = ["activity-dispatch"] })
}

resource "aws_cloudwatch_event_target" "told" {
  rule           = aws_cloudwatch_event_rule.told.name
  event_bus_name = aws_cloudwatch_event_bus.told.name
  arn            = aws_sqs_queue.told.arn
  depends_on     = [aws_sqs_queue_policy.told]
}
