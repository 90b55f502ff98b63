# Renders states and creates nothing: an activity may be used many times, in many state machines.
locals {
  prefix        = var.prefix == null ? "${var.activity.key}-" : var.prefix
  request_name  = "${local.prefix}RequestDispatch"
  activity_name = "${local.prefix}Activity"

  is_jsonata = var.query_language == "JSONata"
  # In every state: then it fits a machine of either language.
  language = { for name in ["QueryLanguage"] : name => "JSONata" if local.is_jsonata }

  # If unset, either limit would be three years.
  clocks = {
    HeartbeatSeconds = coalesce(var.heartbeat_seconds, var.activity.heartbeat_seconds)
    TimeoutSeconds   = coalesce(var.timeout_seconds, var.activity.timeout_seconds)
  }
  send_message = "arn:${var.activity.partition}:states:::sqs:sendMessage"

  # SQS reports throttling, its own failures and a missing permission under one name: retries therefore end after about a
  # minute.
  send_retry = [{
    ErrorEquals     = ["SQS.AmazonSQSException", "SQS.SdkClientException"]
    IntervalSeconds = 1
    MaxAttempts     = 6
    BackoffRate     = 2
    MaxDelaySeconds = 60
    JitterStrategy  = "FULL"
  }]
  retry = [for rule in var.retry : {
    ErrorEquals     = rule.error_equals
    IntervalSeconds = rule.interval_seconds
    MaxAttempts     = rule.max_attempts
    BackoffRate     = rule.backoff_rate
    MaxDelaySeconds = rule.max_delay_seconds
    JitterStrategy  = "FULL"
  }]
  catch = [for rule in var.catch : merge(
    { ErrorEquals = rule.error_equals, Next = rule.next },
    { for path in rule.result_path[*] : "ResultPath" => path },
    { for output in rule.output[*] : "Output" => output },
  )]
  errors = merge(
    { for rules in [local.retry] : "Retry" => rules if length(rules) > 0 },
    { for rules in [local.catch] : "Catch" => rules if length(rules) > 0 },
  )

  request = merge(local.language, local.words.request, {
    Type     = "Task"
    Comment  = "Tell the dispatcher that a task of this activity is about to be scheduled"
    Resource = local.send_message
    Retry    = local.send_retry
    Next     = local.activity_name
  })
  wait = merge(local.language, local.clocks, {
    Type     = "Task"
    Comment  = "Wait for the job that the dispatcher starts"
    Resource = var.activity.arn
  })

  # Of the outer state, whose name and retries the user knows. The inner states pass it on.
  envelope = { for words in [local.words.envelope] : keys(words)[0] => values(words)[0] if var.activity.envelope }

  # As JSON: the objects have different types, of which no conditional may choose.
  states = {
    requests = jsonencode(merge(local.language, local.words.first_branch, local.envelope, {
      Type    = "Parallel"
      Comment = "Parallel so that a retry asks for a dispatch again"
      Branches = [{
        StartAt = local.request_name
        States = {
          (local.request_name)  = local.request
          (local.activity_name) = merge(local.wait, { End = true })
        }
      }]
    }, local.errors))
    alone = jsonencode(merge(local.wait, local.envelope, local.errors))
    callback = jsonencode(merge(local.language, local.words.hand_over, local.clocks, local.errors, {
      Type     = "Task"
      Comment  = "Hand the task to the dispatcher and wait for its job"
      Resource = "${local.send_message}.waitForTaskToken"
      # Each attempt gets a new token.
      Retry = concat(local.send_retry, local.retry)
    }))
  }
  kind = contains(["requests", "callback"], var.activity.wake_up) ? var.activity.wake_up : "alone"

  policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "SendToDispatcher"
        Effect   = "Allow"
        Action   = ["sqs:SendMessage"]
        Resource = [var.activity.queue.arn]
      }],
      [for key in var.activity.queue.kms_key_arn[*] : {
        Sid      = "EncryptDispatchRequests"
        Effect   = "Allow"
        Action   = ["kms:GenerateDataKey", "kms:Decrypt"]
        Resource = [key]
      }],
    )
  }
}
