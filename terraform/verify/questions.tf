# What answers questions about AWS itself: a copy of the events, a log group, and a chain of invocations.
locals {
  patterns = {
    states = {
      source = ["aws.states"]
      detail = { stateMachineArn = concat(values(local.state_machine_arns), var.watched.state_machine_arns) }
    }
    ecs       = { source = ["aws.ecs"], detail-type = ["ECS Task State Change"], detail = { clusterArn = var.watched.cluster_arns } }
    batch     = { source = ["aws.batch"], detail = { jobQueue = var.watched.job_queue_arns } }
    sagemaker = { source = ["aws.sagemaker"], detail-type = ["SageMaker Training Job State Change"] }
  }
  # A pattern with an empty list is invalid.
  watched = merge(
    { states = local.patterns.states },
    length(var.watched.cluster_arns) == 0 ? {} : { ecs = local.patterns.ecs },
    length(var.watched.job_queue_arns) == 0 ? {} : { batch = local.patterns.batch },
    var.training == null ? {} : { sagemaker = local.patterns.sagemaker },
  )
}

resource "aws_sqs_queue" "this" {
  for_each = toset(["events", "chain", "chain-dead-letters"])

  name                       = "${var.name}-${each.key}"
  sqs_managed_sse_enabled    = true
  message_retention_seconds  = 3600
  visibility_timeout_seconds = 30
}

# Not in the queue itself: it would depend on itself.
resource "aws_sqs_queue_redrive_policy" "chain" {
  queue_url      = aws_sqs_queue.this["chain"].id
  redrive_policy = jsonencode({ deadLetterTargetArn = aws_sqs_queue.this["chain-dead-letters"].arn, maxReceiveCount = 1 })
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.this["events"].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "Rules"
        Effect    = "Allow"
        Principal = { Service = "events.amazonaws.com" }
        Action    = "sqs:SendMessage"
        Resource  = aws_sqs_queue.this["events"].arn
        Condition = { ArnEquals = { "aws:SourceArn" = [for rule in aws_cloudwatch_event_rule.watched : rule.arn] } }
      },
    ]
  })
}

resource "aws_cloudwatch_event_rule" "watched" {
  for_each = local.watched

  name          = "${var.name}-${each.key}"
  description   = "Copies events for make verify"
  event_pattern = jsonencode(each.value)
}

resource "aws_cloudwatch_event_target" "watched" {
  for_each = aws_cloudwatch_event_rule.watched

  rule = each.value.name
  arn  = aws_sqs_queue.this["events"].arn
}

resource "aws_cloudwatch_log_group" "lag" {
  #checkov:skip=CKV_AWS_158: it holds numbers and lives for minutes
  #checkov:skip=CKV_AWS_338: as above
  name              = "/${var.name}/lag"
  retention_in_days = 1
}

resource "aws_cloudwatch_log_stream" "lag" {
  name           = "lag"
  log_group_name = aws_cloudwatch_log_group.lag.name
}

# It sends each message on to its own queue. Not module function, which allows such chains.
resource "aws_lambda_function" "chain" {
  #checkov:skip=CKV_AWS_50: nothing to trace
  #checkov:skip=CKV_AWS_115: what ends the chain is the question
  #checkov:skip=CKV_AWS_116: the queue has the dead letters
  #checkov:skip=CKV_AWS_117: it needs only SQS
  #checkov:skip=CKV_AWS_173: an address of a queue
  #checkov:skip=CKV_AWS_272: it lives for minutes
  function_name    = "${var.name}-chain"
  role             = aws_iam_role.chain.arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  handler          = "job.send_on"
  timeout          = 10
  memory_size      = 256
  s3_bucket        = var.data_bucket
  s3_key           = aws_s3_object.job.key
  source_code_hash = filebase64sha256(var.job_package)

  environment {
    variables = { CHAIN_QUEUE_URL = aws_sqs_queue.this["chain"].url }
  }
  depends_on = [aws_iam_role_policy.chain, aws_cloudwatch_log_group.chain]
}

resource "aws_cloudwatch_log_group" "chain" {
  #checkov:skip=CKV_AWS_158: it holds numbers and lives for minutes
  #checkov:skip=CKV_AWS_338: as above
  name              = "/aws/lambda/${var.name}-chain"
  retention_in_days = 1
}

resource "aws_lambda_event_source_mapping" "chain" {
  event_source_arn = aws_sqs_queue.this["chain"].arn
  function_name    = aws_lambda_function.chain.arn
  batch_size       = 1
}

resource "aws_iam_role" "chain" {
  name                 = "${var.name}-chain"
  permissions_boundary = var.permissions_boundary_arn
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "lambda.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "chain" {
  name = "chain"
  role = aws_iam_role.chain.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = ["sqs:SendMessage", "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"]
        Resource = aws_sqs_queue.this["chain"].arn
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.chain.arn}:*"
      },
    ]
  })
}
