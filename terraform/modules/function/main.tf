# Created before the function, so that Lambda does not create one that keeps logs forever.
resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: logs.retention_days decides; a year of every job's output costs more than most want to pay
  name              = "/aws/lambda/${var.name}"
  log_group_class   = var.logs.class
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_lambda_function" "this" {
  #checkov:skip=CKV_AWS_116: its invoker keeps what fails: a dead-letter queue, a failure destination or the execution
  #checkov:skip=CKV_AWS_117: it only calls public AWS endpoints; in a VPC (vpc) it needs a VPC endpoint for each
  #checkov:skip=CKV_AWS_272: signing needs a profile of the account's owner; source_code_hash pins the code, and the bucket keeps versions
  #checkov:skip=CKV_AWS_50: X-Ray charges for each trace, so tracing is the user's choice
  function_name                  = var.name
  description                    = var.description
  role                           = aws_iam_role.this.arn
  runtime                        = "python3.13"
  handler                        = var.handler
  architectures                  = [var.architecture]
  timeout                        = var.limits.timeout_seconds
  memory_size                    = var.limits.memory_mb
  reserved_concurrent_executions = var.limits.concurrency == null ? -1 : var.limits.concurrency
  kms_key_arn                    = var.kms_key_arn

  # From S3: the provider uploads a local file one function at a time.
  s3_bucket        = var.package.bucket
  s3_key           = var.package.key
  source_code_hash = var.package.hash

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.this.name
  }

  # Always set: if left out, it would keep its old value.
  tracing_config {
    mode = var.watching.tracing ? "Active" : "PassThrough"
  }

  dynamic "vpc_config" {
    for_each = var.vpc[*]
    content {
      subnet_ids         = vpc_config.value.subnets
      security_group_ids = vpc_config.value.security_groups
    }
  }

  dynamic "environment" {
    for_each = length(var.environment) == 0 ? [] : [var.environment]
    content {
      variables = environment.value
    }
  }

  tags = var.tags

  # So that the function has its permissions as soon as it exists.
  depends_on = [aws_iam_role_policy.logs, aws_iam_role_policy.network, aws_iam_role_policy.tracing, aws_iam_role_policy.this]
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = {
    Errors    = "failed"
    Throttles = "were throttled: no concurrency left"
  }

  alarm_name          = "${var.name}-${lower(each.key)}"
  alarm_description   = "Invocations of ${var.name} ${each.value}."
  namespace           = "AWS/Lambda"
  metric_name         = each.key
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.watching.alarm_actions
  ok_actions          = var.watching.alarm_actions
  tags                = var.tags
}
