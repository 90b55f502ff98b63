locals {
  activity_arns = [for activity in var.activities : activity.arn if activity.wake_up != "callback"]
  table_arn     = aws_dynamodb_table.tasks.arn
  payload_arns  = ["${var.payload_bucket.arn}/tasks/*"]

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
      key == "report_dead_letter" ? local.keep_undelivered_events : [],
    )
  } }

  # AWS's documents leave open which of these a caller of a table with such a key needs: AWS's CDK grants all of them.
  use_key = var.kms_key_arn == null ? [] : [{
    Sid    = "UseKeyOfTableAndPayloads"
    Effect = "Allow"
    Action = [
      "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo",
    ]
    Resource = [var.kms_key_arn]
  }]

  # To repeat a request that waited for a slot, and to look for further missed tasks once one is found.
  make_requests = {
    Sid      = "MakeDispatchRequests"
    Effect   = "Allow"
    Action   = ["sqs:SendMessage"]
    Resource = [local.queue_arns.dispatch]
  }

  has_workers = anytrue([for activity in var.activities : coalesce(activity.overflow_after_seconds, 0) > 0])

  # Common to dispatcher and poller, each for its own activities.
  polled_arns = [for activity in var.activities : activity.arn if activity.wake_up == "poll"]
  take_tasks = { for who, arns in { dispatcher = local.activity_arns, poller = local.polled_arns } : who => concat(
    length(arns) == 0 ? [] : [{
      Sid      = "TakeTasksAndRefuseThem"
      Effect   = "Allow"
      Action   = ["states:GetActivityTask", "states:SendTaskFailure"]
      Resource = arns
    }],
    [
      local.make_requests,
      {
        Sid      = "RecordTasks"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"]
        Resource = [local.table_arn]
      },
      {
        Sid      = "KeepLargeInputs"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = local.payload_arns
      },
    ],
    local.use_key,
  ) }

  dispatcher_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid    = "ReceiveDispatchRequests"
          Effect = "Allow"
          Action = [
            "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility",
          ]
          Resource = [local.queue_arns.dispatch]
        },
      ],
      local.take_tasks["dispatcher"],
      local.has_workers && length(local.execution_arns) > 0 ? [{
        Sid      = "SeeWhatWorkersHaveTaken"
        Effect   = "Allow"
        Action   = ["states:GetExecutionHistory"]
        Resource = local.execution_arns
      }] : [],
      local.take_callbacks,
    )
  }

  dispatcher_policies = merge(
    { dispatch = jsonencode(local.dispatcher_policy) },
    local.start_policies,
  )
}
