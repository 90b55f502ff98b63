# What jobs may do. Code in a job is not trusted: it may be hostile, and it has its role's credentials.
locals {
  # A service reports the end of its container. A function reports its own, so it must also free its slot.
  job_environment = {
    TASK_TABLE          = aws_dynamodb_table.tasks.name
    PAYLOAD_BUCKET      = var.payload_bucket.name
    TASK_RETENTION_DAYS = tostring(var.task_retention_days)
  }
  worker_environment = merge(local.job_environment, {
    DISPATCH_QUEUE_URL = aws_sqs_queue.this["dispatch"].url
    # The dimension of its metrics.
    STACK_NAME = var.name
  })

  # The attributes that a worker's updates name, in conditions too. With none of the others can a job decide whose task
  # an item is, which backend starts it, how often, or what an activity is.
  job_attributes = [
    "task_id", "state", "claimed_by", "claimed_at", "progress", "progress_at", "outcome", "error", "settled_at", "expires_at",
    "token", "input",
  ]
  # A function also says which invocation it is and until when it runs, and closes its task.
  worker_attributes = concat(local.job_attributes, ["job_id", "started_at", "claimed_until", "poll_id"])
  slot_attributes   = ["task_id", "holders", "waiting", "changed_by"]

  # The same table holds activities, slots and leases, whose keys have a "#". IAM knows no hexadecimal digits.
  task_keys = {
    "ForAllValues:StringLike"    = { "dynamodb:LeadingKeys" = ["????????????????????????????????"] }
    "ForAllValues:StringNotLike" = { "dynamodb:LeadingKeys" = ["*#*"] }
    # ForAllValues also holds if there is no value.
    Null = { "dynamodb:LeadingKeys" = "false" }
  }
  settle_tasks = { for who, attributes in { job = local.job_attributes, worker = local.worker_attributes } : who => {
    Sid      = "SettleTasks"
    Effect   = "Allow"
    Action   = ["dynamodb:UpdateItem"]
    Resource = [local.table_arn]
    Condition = merge(local.task_keys, {
      "ForAllValues:StringEquals" = { "dynamodb:Attributes" = attributes }
      Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
    })
  } }

  job_statements = concat(
    [
      {
        Sid      = "ReportTasks"
        Effect   = "Allow"
        Action   = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
        Resource = local.settled_arns
      },
      {
        Sid       = "ReadTasks"
        Effect    = "Allow"
        Action    = ["dynamodb:GetItem"]
        Resource  = [local.table_arn]
        Condition = local.task_keys
      },
      {
        Sid      = "ReadAndKeepPayloads"
        Effect   = "Allow"
        Action   = ["s3:GetObject", "s3:PutObject"]
        Resource = local.payload_arns
      },
    ],
    local.use_key,
  )
  job_policy = { Version = "2012-10-17", Statement = concat(local.job_statements, [local.settle_tasks["job"]]) }
  worker_policy = {
    Version = "2012-10-17"
    Statement = concat(local.job_statements, [
      local.settle_tasks["worker"],
      {
        Sid      = "FreeSlots"
        Effect   = "Allow"
        Action   = ["dynamodb:UpdateItem"]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike"   = { "dynamodb:LeadingKeys" = ["slots#*"] }
          "ForAllValues:StringEquals" = { "dynamodb:Attributes" = local.slot_attributes }
          Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
        }
      },
      {
        # To tell its own repeated update from another's.
        Sid      = "ReadSlots"
        Effect   = "Allow"
        Action   = ["dynamodb:GetItem"]
        Resource = [local.table_arn]
        Condition = {
          "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = ["slots#*"] }
          Null                      = { "dynamodb:LeadingKeys" = "false" }
        }
      },
      local.make_requests,
      {
        # Lambda does this with the function's role when an invocation has failed.
        Sid      = "ReportFailedInvocations"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [local.reporter_arn]
      },
    ])
  }
}
