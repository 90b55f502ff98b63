# What the stack's functions may do with tasks. With jobs: iam-services.tf.
locals {
  activity_arns = ["arn:${local.partition}:states:${local.place}:activity:${local.prefix}*"]
  # Its own and those in existing, by name; * stands for any text.
  machine_names  = concat([var.name, "${local.prefix}*"], var.existing.state_machines)
  machine_arns   = [for name in local.machine_names : "arn:${local.partition}:states:${local.place}:stateMachine:${name}"]
  execution_arns = [for name in local.machine_names : "arn:${local.partition}:states:${local.place}:execution:${name}:*"]
  # Answering a task's token takes permission on its activity, a callback's on its state machine.
  settled_arns = concat(local.activity_arns, local.machine_arns)

  table_arn    = "arn:${local.partition}:dynamodb:${local.place}:table/${local.names.task_table}"
  payload_arns = ["${local.bucket_arns.data}/tasks/*"]

  table_kms_key_arn = var.data.table_kms_key_arn == null ? var.data.kms_key_arn : var.data.table_kms_key_arn
  key_arns          = distinct([for arn in [var.data.kms_key_arn, local.table_kms_key_arn, var.data.queue_kms_key_arn] : arn if arn != null])
  # AWS's documents leave open which of these a caller of a table with such a key needs: AWS's CDK grants all of them.
  use_keys = [for arns in [local.key_arns] : {
    Sid    = "UseKeysOfTablePayloadsAndQueues"
    Effect = "Allow"
    Action = [
      "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo",
    ]
    Resource = arns
  } if length(arns) > 0]

  # To repeat a request that waited for a slot, and to look for further missed tasks once one is found.
  make_requests = {
    Sid      = "MakeDispatchRequests"
    Effect   = "Allow"
    Action   = ["sqs:SendMessage"]
    Resource = [local.queue_arns.dispatch]
  }
  # A description says what is started with which rights: none of the stack's functions writes one.
  not_descriptions = {
    "ForAllValues:StringNotLike" = { "dynamodb:LeadingKeys" = ["activity#*"] }
    # ForAllValues also holds if there is no value.
    Null = { "dynamodb:LeadingKeys" = "false" }
  }
  read_table = {
    Sid      = "ReadTasksAndDescriptions"
    Effect   = "Allow"
    Action   = ["dynamodb:GetItem"]
    Resource = [local.table_arn]
  }

  tell_events = [for arns in [var.event_buses] : {
    Sid      = "TellOfTasks"
    Effect   = "Allow"
    Action   = ["events:PutEvents"]
    Resource = arns
    # Whoever gets hold of a role can't forge another program's events. One call may send several, so the key has several values.
    Condition = {
      "ForAllValues:StringEquals" = { "events:source" = ["activity-dispatch"] }
      Null                        = { "events:source" = "false" }
    }
  } if length(arns) > 0]

  # Common to dispatcher and poller.
  take_tasks = concat(
    [
      {
        Sid      = "TakeTasksAndRefuseThem"
        Effect   = "Allow"
        Action   = ["states:GetActivityTask", "states:SendTaskFailure"]
        Resource = local.activity_arns
      },
      local.make_requests,
      local.read_table,
      {
        Sid       = "RecordTasks"
        Effect    = "Allow"
        Action    = ["dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"]
        Resource  = [local.table_arn]
        Condition = local.not_descriptions
      },
      {
        Sid      = "KeepLargeInputs"
        Effect   = "Allow"
        Action   = ["s3:PutObject"]
        Resource = local.payload_arns
      },
      {
        Sid      = "FindWaitingTasksAndActivities"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = ["${local.table_arn}/index/open"]
      },
    ],
    local.use_keys,
    local.tell_events,
  )
  dispatcher_policy = {
    Version = "2012-10-17"
    Statement = concat(local.take_tasks, [
      {
        Sid    = "ReceiveDispatchRequests"
        Effect = "Allow"
        Action = [
          "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility",
        ]
        Resource = [local.queue_arns.dispatch]
      },
      {
        Sid      = "SeeWhatWorkersHaveTaken"
        Effect   = "Allow"
        Action   = ["states:GetExecutionHistory"]
        Resource = local.execution_arns
      },
      {
        Sid      = "AskForCallbacksAndRefuseThem"
        Effect   = "Allow"
        Action   = ["states:SendTaskHeartbeat", "states:SendTaskFailure"]
        Resource = local.machine_arns
      },
    ])
  }

  # Common to reporter and reconciler.
  end_tasks = concat(
    [
      {
        # A heartbeat asks whether anybody waits for a task, before its job is stopped.
        Sid      = "SettleTasksAndAskAboutThem"
        Effect   = "Allow"
        Action   = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
        Resource = local.settled_arns
      },
      local.read_table,
      {
        Sid       = "SettleTasks"
        Effect    = "Allow"
        Action    = ["dynamodb:UpdateItem"]
        Resource  = [local.table_arn]
        Condition = local.not_descriptions
      },
      {
        Sid      = "ReadAndKeepPayloads"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = local.payload_arns
      },
      local.make_requests,
    ],
    local.use_keys,
    local.tell_events,
  )
}
