mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "the_dispatcher_has_only_the_permissions_it_needs" {
  command = plan

  assert {
    condition = { for statement in local.dispatcher_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReceiveDispatchRequests = [
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
        ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"],
      ]
      TakeTasksAndRefuseThem        = [["states:GetActivityTask", "states:SendTaskFailure"], ["arn:aws:states:eu-west-1:123456789012:activity:first-*"]]
      ReadTasksAndDescriptions      = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      RecordTasks                   = [["dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      FindWaitingTasksAndActivities = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks/index/open"]]
      MakeDispatchRequests          = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      KeepLargeInputs               = [["s3:PutObject"], ["arn:aws:s3:::first-data-123456789012-eu-west-1/tasks/*"]]
      SeeWhatWorkersHaveTaken       = [["states:GetExecutionHistory"], [for name in ["first", "first-*"] : "arn:aws:states:eu-west-1:123456789012:execution:${name}:*"]]
      AskForCallbacksAndRefuseThem  = [["states:SendTaskHeartbeat", "states:SendTaskFailure"], [for name in ["first", "first-*"] : "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}"]]
    }
    error_message = "these actions on these resources"
  }
}

run "the_reporter_has_only_the_permissions_it_needs" {
  command = plan

  assert {
    condition = { for statement in local.reporter_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      SettleTasksAndAskAboutThem = [
        ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
        concat(["arn:aws:states:eu-west-1:123456789012:activity:first-*"], [for name in ["first", "first-*"] : "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}"]),
      ]
      ReadTasksAndDescriptions  = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      SettleTasks               = [["dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      ReadAndKeepPayloads       = [["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::first-data-123456789012-eu-west-1/tasks/*"]]
      MakeDispatchRequests      = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      FindTasksOfExecutions     = [["dynamodb:Query"], [for index in ["open", "executions"] : "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks/index/${index}"]]
      KeepFailedEvents          = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-report-dead-letter"]]
      ReadHistoriesOfExecutions = [["states:GetExecutionHistory"], [for name in ["first", "first-*"] : "arn:aws:states:eu-west-1:123456789012:execution:${name}:*"]]
    }
    error_message = "these actions on these resources"
  }
}

run "the_reconciler_has_only_the_permissions_it_needs" {
  command = plan

  assert {
    condition = { for statement in local.reconciler_policy.Statement : statement.Sid => statement.Action } == {
      SettleTasksAndAskAboutThem = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
      ReadTasksAndDescriptions   = ["dynamodb:GetItem"]
      SettleTasks                = ["dynamodb:UpdateItem"]
      ReadAndKeepPayloads        = ["s3:GetObject", "s3:PutObject"]
      MakeDispatchRequests       = ["sqs:SendMessage"]
      FindOpenTasks              = ["dynamodb:Scan"]
    }
    error_message = "these actions"
  }
  assert {
    condition     = [for statement in local.reconciler_policy.Statement : statement.Resource if statement.Sid == "FindOpenTasks"] == [["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks/index/open"]]
    error_message = "it may scan the index of open tasks only"
  }
}

# Who may write a description decides what is started, and with which role.
run "no_function_of_the_stack_can_write_a_description_or_a_claim" {
  command = plan

  assert {
    condition = alltrue([for statement in concat(local.dispatcher_policy.Statement, local.take_tasks, local.reporter_policy.Statement, local.reconciler_policy.Statement, local.listener_policy.Statement, local.starts, local.ends) :
      statement.Condition == {
        "ForAllValues:StringNotLike" = { "dynamodb:LeadingKeys" = ["activity#*"] }
        Null                         = { "dynamodb:LeadingKeys" = "false" }
      }
    if anytrue([for action in statement.Action : contains(["dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PartiQLUpdate", "dynamodb:PartiQLInsert"], action)])])
    error_message = "each write must leave out keys that begin with activity#, and have a key"
  }
  assert {
    condition     = sum([for statement in concat(local.dispatcher_policy.Statement, local.reporter_policy.Statement) : 1 if contains(statement.Action, "dynamodb:UpdateItem")]) == 2
    error_message = "this test must see the writes"
  }
}

run "functions_are_invoked_by_their_own_policies_alone" {
  command = plan

  assert {
    condition = length([for statement in concat(local.dispatcher_policy.Statement, local.reporter_policy.Statement, local.reconciler_policy.Statement, local.starts, local.ends) :
      statement if anytrue([for action in statement.Action : startswith(action, "lambda:")])
    ]) == 0
    error_message = "the stack's roles may invoke no function: each one's own policy lets them in"
  }
  assert {
    condition     = output.handle.starters == [for name in ["dispatcher", "reconciler"] : "arn:aws:iam::123456789012:role/first/first-${name}"] && output.handle.reporter_arn == "arn:aws:lambda:eu-west-1:123456789012:function:first-reporter"
    error_message = "activities must learn whom to let in, and where failed invocations go"
  }
}

run "keys_are_used_and_permitted" {
  command = plan
  variables {
    data = {
      kms_key_arn       = "arn:aws:kms:eu-west-1:123456789012:key/1"
      table_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/2"
      queue_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/3"
    }
  }

  assert {
    condition     = aws_dynamodb_table.tasks.server_side_encryption[0].enabled && aws_dynamodb_table.tasks.server_side_encryption[0].kms_key_arn == var.data.table_kms_key_arn
    error_message = "the table must use its own key"
  }
  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : queue.kms_master_key_id == var.data.queue_kms_key_arn && queue.sqs_managed_sse_enabled != true])
    error_message = "the queues must use their own key"
  }
  assert {
    condition = alltrue([for statements in [local.dispatcher_policy.Statement, local.take_tasks, local.reporter_policy.Statement, local.reconciler_policy.Statement, local.listener_policy.Statement] : contains(statements, {
      Sid      = "UseKeysOfTablePayloadsAndQueues"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
      Resource = tolist([for key in [1, 2, 3] : "arn:aws:kms:eu-west-1:123456789012:key/${key}"])
    })])
    error_message = "every function may use these keys, and no others"
  }
  assert {
    condition     = output.handle.kms_key_arn == var.data.kms_key_arn && output.handle.kms_key_arns == tolist([for key in [1, 2, 3] : "arn:aws:kms:eu-west-1:123456789012:key/${key}"]) && output.handle.queue.kms_key_arn == var.data.queue_kms_key_arn
    error_message = "jobs and state machines need them too"
  }
}

run "one_key_covers_the_table_too" {
  command = plan
  variables {
    data = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" }
  }

  assert {
    condition     = aws_dynamodb_table.tasks.server_side_encryption[0].kms_key_arn == var.data.kms_key_arn && output.handle.kms_key_arns == tolist([var.data.kms_key_arn])
    error_message = "the table must use the key, which is permitted once"
  }
  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : queue.sqs_managed_sse_enabled && queue.kms_master_key_id == null])
    error_message = "queues need a key of which EventBridge can make use: only if asked for"
  }
}

run "no_key_is_permitted_without_one" {
  command = plan

  assert {
    condition     = length(local.use_keys) == 0 && length(output.handle.kms_key_arns) == 0
    error_message = "unneeded permissions must not be granted"
  }
}
