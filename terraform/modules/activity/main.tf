data "aws_partition" "current" {}

resource "aws_sfn_activity" "this" {
  name = var.name
  tags = var.tags
}

locals {
  request_name  = "${var.state_prefix}RequestDispatch"
  activity_name = "${var.state_prefix}Activity"

  request_dispatch = {
    Type     = "Task"
    Comment  = "Tell the dispatcher that a task of this activity is about to be scheduled"
    Resource = "arn:${data.aws_partition.current.partition}:states:::sqs:sendMessage"
    Parameters = merge(
      {
        QueueUrl = try(var.dispatch_queue.url, null)
        MessageBody = {
          "activity_arn"       = aws_sfn_activity.this.id
          "execution_arn.$"    = "$$.Execution.Id"
          "state_entered_at.$" = "$$.State.EnteredTime"
        }
      },
      var.overflow_after_seconds == null ? {} : { DelaySeconds = var.overflow_after_seconds },
    )
    # The task's input is this state's input, not SQS's answer.
    ResultPath = null
    # SQS reports throttling, its own failures and a missing permission under one name: retries therefore
    # end after about a minute.
    Retry = [{
      ErrorEquals     = ["SQS.AmazonSQSException", "SQS.SdkClientException"]
      IntervalSeconds = 1
      MaxAttempts     = 6
      BackoffRate     = 2
      JitterStrategy  = "FULL"
    }]
    Next = local.activity_name
  }

  activity = {
    Type     = "Task"
    Comment  = "Wait for the job that the dispatcher starts"
    Resource = aws_sfn_activity.this.id
    # If unset, either limit would be three years.
    HeartbeatSeconds = var.heartbeat_seconds
    TimeoutSeconds   = var.timeout_seconds
  }

  retry = [for rule in var.retry : {
    ErrorEquals     = rule.error_equals
    IntervalSeconds = rule.interval_seconds
    MaxAttempts     = rule.max_attempts
    BackoffRate     = rule.backoff_rate
    MaxDelaySeconds = rule.max_delay_seconds
    JitterStrategy  = "FULL"
  }]

  with_retry = length(local.retry) > 0 ? { Retry = local.retry } : {}

  # By mode, not by a conditional: the two objects have different types.
  process_states = {
    requests = merge(local.with_request, local.with_retry)
    other    = merge(local.activity, local.with_retry)
  }
  with_request = {
    Type    = "Parallel"
    Comment = "Parallel so that a retry asks for a dispatch again"
    Branches = [{
      StartAt = local.request_name
      States = {
        (local.request_name)  = local.request_dispatch
        (local.activity_name) = merge(local.activity, { End = true })
      }
    }]
    OutputPath = "$[0]"
  }

  execution_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "RequestDispatch"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [try(var.dispatch_queue.arn, null)]
      }],
      try(var.dispatch_queue.kms_key_arn, null) == null ? [] : [{
        Sid      = "EncryptDispatchRequests"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = [var.dispatch_queue.kms_key_arn]
      }],
    )
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = {
    ActivitiesTimedOut          = "ran longer than ${var.timeout_seconds} s"
    ActivitiesHeartbeatTimedOut = "sent no heartbeat for ${var.heartbeat_seconds} s"
  }

  alarm_name          = "${var.name}-${each.key}"
  alarm_description   = "Tasks of activity ${var.name} ${each.value}."
  namespace           = "AWS/States"
  metric_name         = each.key
  dimensions          = { ActivityArn = aws_sfn_activity.this.id }
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
