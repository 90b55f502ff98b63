# What jobs may do. Code in a job is not trusted: it may be hostile, and it has its role's credentials.
locals {
  place         = "${var.stack.region}:${var.stack.account}"
  activity_arns = [for name in var.activities : "arn:${var.stack.partition}:states:${local.place}:activity:${var.stack.prefix}${name}"]
  # Answering a callback's token takes permission on its state machine.
  machine_arns = [for name in var.stack.state_machines : "arn:${var.stack.partition}:states:${local.place}:stateMachine:${name}" if var.callbacks]

  # The attributes that a worker's updates name, in conditions too. With none of the others can a job decide whose task
  # an item is, which backend starts it, how often, or what an activity is.
  job_attributes = [
    "task_id", "state", "claimed_by", "claimed_at", "progress", "progress_at", "outcome", "error", "settled_at", "expires_at",
    "token", "input",
  ]
  # A function also says which invocation it is and until when it runs, and closes its task.
  worker_attributes = concat(local.job_attributes, ["job_id", "started_at", "claimed_until", "poll_id"])
  slot_attributes   = ["task_id", "holders", "waiting", "changed_by"]
  # A warm worker says that its job lingers and which tasks it takes. The name of the activity in an attribute's name keeps it
  # from recording a task as another activity's.
  warm_attributes = concat(local.job_attributes, ["claimed_until", "runs", "poll_id", "input_s3_uri", "execution_arn", "origin"], [for name in var.activities : "job_of:${var.stack.prefix}${name}"])
  attributes      = var.kind == "function" ? local.worker_attributes : var.warm ? local.warm_attributes : local.job_attributes

  # The same table holds activities, slots and leases, whose keys have a "#". IAM knows no hexadecimal digits.
  task_keys = {
    "ForAllValues:StringLike"    = { "dynamodb:LeadingKeys" = ["????????????????????????????????"] }
    "ForAllValues:StringNotLike" = { "dynamodb:LeadingKeys" = ["*#*"] }
    # ForAllValues also holds if there is no value.
    Null = { "dynamodb:LeadingKeys" = "false" }
  }
  slot_keys = concat([for arn in local.activity_arns : "slots#${arn}"], [for name in var.activities : "slots#callback:${name}" if var.callbacks])

  job_statements = concat(
    [
      {
        Sid      = "ReportTasks"
        Effect   = "Allow"
        Action   = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
        Resource = concat(local.activity_arns, local.machine_arns)
      },
      {
        Sid       = "ReadTasks"
        Effect    = "Allow"
        Action    = ["dynamodb:GetItem"]
        Resource  = [var.stack.table.arn]
        Condition = local.task_keys
      },
      {
        Sid      = "SettleTasks"
        Effect   = "Allow"
        Action   = ["dynamodb:UpdateItem"]
        Resource = [var.stack.table.arn]
        Condition = merge(local.task_keys, {
          "ForAllValues:StringEquals" = { "dynamodb:Attributes" = local.attributes }
          Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
        })
      },
      {
        Sid      = "ReadAndKeepPayloads"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = ["${var.stack.bucket.arn}/tasks/*"]
      },
    ],
    [for arns in [var.stack.kms_key_arns] : {
      Sid    = "UseKeysOfTablePayloadsAndQueues"
      Effect = "Allow"
      Action = [
        "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo",
      ]
      Resource = arns
    } if length(arns) > 0],
  )
  # A service reports the end of its container. A function reports its own, so it must also free its slot.
  function_statements = [
    {
      Sid      = "FreeSlots"
      Effect   = "Allow"
      Action   = ["dynamodb:UpdateItem"]
      Resource = [var.stack.table.arn]
      Condition = {
        "ForAllValues:StringLike"   = { "dynamodb:LeadingKeys" = local.slot_keys }
        "ForAllValues:StringEquals" = { "dynamodb:Attributes" = local.slot_attributes }
        Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
      }
    },
    {
      # To tell its own repeated update from another's.
      Sid      = "ReadSlots"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem"]
      Resource = [var.stack.table.arn]
      Condition = {
        "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = local.slot_keys }
        Null                      = { "dynamodb:LeadingKeys" = "false" }
      }
    },
    {
      # To repeat a request that waited for a slot.
      Sid      = "MakeDispatchRequests"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = [var.stack.queue.arn]
    },
    {
      # Lambda does this with the function's role when an invocation has failed.
      Sid      = "ReportFailedInvocations"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [var.stack.reporter_arn]
    },
  ]
  # Tasks are taken while the activity's description is the one that the job was started with.
  warm_statements = [
    {
      Sid      = "TakeTasks"
      Effect   = "Allow"
      Action   = ["states:GetActivityTask"]
      Resource = local.activity_arns
    },
    {
      Sid      = "ReadOwnDescription"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem"]
      Resource = [var.stack.table.arn]
      Condition = {
        "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = [for arn in local.activity_arns : "activity#${arn}"] }
        Null                        = { "dynamodb:LeadingKeys" = "false" }
      }
    },
  ]
  policy = {
    Version = "2012-10-17"
    Statement = concat(
      local.job_statements,
      [for statement in local.function_statements : statement if var.kind == "function"],
      [for statement in local.warm_statements : statement if var.warm],
    )
  }
}
