data "aws_partition" "current" {}

locals {
  retry = concat(
    # SQS reports throttling, its own failures and a missing permission under one name: retries therefore
    # end after about a minute.
    [{
      ErrorEquals     = ["SQS.AmazonSQSException", "SQS.SdkClientException"]
      IntervalSeconds = 1
      MaxAttempts     = 6
      BackoffRate     = 2
      MaxDelaySeconds = 60
      JitterStrategy  = "FULL"
    }],
    [for rule in var.retry : {
      ErrorEquals     = rule.error_equals
      IntervalSeconds = rule.interval_seconds
      MaxAttempts     = rule.max_attempts
      BackoffRate     = rule.backoff_rate
      MaxDelaySeconds = rule.max_delay_seconds
      JitterStrategy  = "FULL"
    }],
  )

  process_state = {
    Type     = "Task"
    Comment  = "Hand the task to the dispatcher and wait for its job"
    Resource = "arn:${data.aws_partition.current.partition}:states:::sqs:sendMessage.waitForTaskToken"
    Parameters = {
      QueueUrl = var.dispatch_queue.url
      MessageBody = {
        "callback"     = var.name
        "task_token.$" = "$$.Task.Token"
        # As text, so that nothing on the way parses and rewrites it.
        "input.$"            = "States.JsonToString($)"
        "execution_arn.$"    = "$$.Execution.Id"
        "state_entered_at.$" = "$$.State.EnteredTime"
      }
    }
    # If unset, either limit would be three years.
    HeartbeatSeconds = var.heartbeat_seconds
    TimeoutSeconds   = var.timeout_seconds
    # Each attempt gets a new token.
    Retry = local.retry
  }

  execution_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "HandTasksToDispatcher"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [var.dispatch_queue.arn]
      }],
      var.dispatch_queue.kms_key_arn == null ? [] : [{
        Sid      = "EncryptDispatchRequests"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = [var.dispatch_queue.kms_key_arn]
      }],
    )
  }
}
