mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
}

run "queues_deny_plain_http" {
  command = plan

  assert {
    condition = alltrue([for key, queue in aws_sqs_queue.this : jsondecode(queue.policy).Statement[0] == {
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "arn:aws:sqs:eu-west-1:123456789012:${queue.name}"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }])
    error_message = "each queue must deny requests without TLS"
  }
}

run "the_dispatcher_has_only_the_permissions_it_needs" {
  command = plan

  assert {
    condition = { for statement in local.dispatcher_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReceiveDispatchRequests = [
        ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"],
        ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"],
      ]
      TakeTasksAndRefuseThem = [
        ["states:GetActivityTask", "states:SendTaskFailure"],
        ["arn:aws:states:eu-west-1:123456789012:activity:lines", "arn:aws:states:eu-west-1:123456789012:activity:words"],
      ]
      RecordTasks = [
        ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"],
        ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"],
      ]
      MakeDispatchRequests = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      KeepLargeInputs      = [["s3:PutObject"], ["arn:aws:s3:::payloads/tasks/*"]]
    }
    error_message = "these actions on these resources"
  }
  assert {
    condition     = toset(keys(local.dispatcher_policies)) == toset(["dispatch", "backend-words"])
    error_message = "the dispatcher needs its own policy and that of each backend"
  }
}

run "a_worker_may_only_report" {
  command = plan

  assert {
    condition = { for statement in jsondecode(output.worker_policy_json).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReportTasks = [
        ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
        [for name in ["lines", "words", "first-*"] : "arn:aws:states:eu-west-1:123456789012:activity:${name}"],
      ]
      ReadTasks               = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      SettleTasks             = [["dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      FreeSlots               = [["dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      ReadSlots               = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      MakeDispatchRequests    = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      ReadAndKeepPayloads     = [["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::payloads/tasks/*"]]
      ReportFailedInvocations = [["lambda:InvokeFunction"], ["arn:aws:lambda:eu-west-1:123456789012:function:first-reporter"]]
    }
    error_message = "these actions on these resources"
  }
  assert {
    condition     = [for statement in jsondecode(output.job_policy_json).Statement : statement.Sid] == ["ReportTasks", "ReadTasks", "ReadAndKeepPayloads", "SettleTasks"]
    error_message = "a container needs less: its service reports its end"
  }
  assert {
    condition = alltrue([for statement in concat(jsondecode(output.worker_policy_json).Statement, jsondecode(output.job_policy_json).Statement) :
      statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] == ["????????????????????????????????"] &&
      statement.Condition["ForAllValues:StringNotLike"]["dynamodb:LeadingKeys"] == ["*#*"] &&
      statement.Condition.Null["dynamodb:LeadingKeys"] == "false"
    if contains(["ReadTasks", "SettleTasks"], statement.Sid)])
    error_message = "a job reaches only items whose key has a task id's length and no #"
  }
  assert {
    condition = alltrue([for statement in concat(jsondecode(output.worker_policy_json).Statement, jsondecode(output.job_policy_json).Statement) :
      statement.Condition.Null["dynamodb:Attributes"] == "false" && length(setintersection(
        statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"],
        [
          "activity", "activity_arn", "backend", "config", "description", "execution_arn", "heartbeat_seconds", "holds_slot",
          "input_s3_uri", "looked_at", "restarts", "starting_at",
        ],
      )) == 0
    if contains(flatten([statement.Action]), "dynamodb:UpdateItem")])
    error_message = "a job can't write whose task an item is, nor what starts it"
  }
  assert {
    condition = { for statement in jsondecode(output.worker_policy_json).Statement : statement.Sid => statement.Condition if statement.Sid == "FreeSlots" } == { FreeSlots = {
      "ForAllValues:StringLike"   = { "dynamodb:LeadingKeys" = ["slots#*"] }
      "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["task_id", "holders", "waiting", "changed_by"] }
      Null                        = { "dynamodb:LeadingKeys" = "false", "dynamodb:Attributes" = "false" }
    } }
    error_message = "a function may change the counts of slots, and nothing else of them"
  }
  assert {
    condition     = output.job_environment == { TASK_TABLE = "first-tasks", PAYLOAD_BUCKET = "payloads", TASK_RETENTION_DAYS = "7" } && output.worker_environment == merge(output.job_environment, { DISPATCH_QUEUE_URL = aws_sqs_queue.this["dispatch"].url, STACK_NAME = "first" })
    error_message = "the settings a container and a function read"
  }
}

run "the_reporter_has_only_the_permissions_it_needs" {
  command = plan

  assert {
    condition = { for statement in local.reporter_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      SettleTasksAndAskAboutThem = [
        ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
        [for name in ["lines", "words", "first-*"] : "arn:aws:states:eu-west-1:123456789012:activity:${name}"],
      ]
      ReadAndSettleTasks = [
        ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"],
      ]
      ReadAndKeepPayloads   = [["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::payloads/tasks/*"]]
      MakeDispatchRequests  = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      FindTasksOfExecutions = [["dynamodb:Query"], [for index in ["open", "executions"] : "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks/index/${index}"]]
      KeepFailedEvents      = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-report-dead-letter"]]
    }
    error_message = "these actions on these resources"
  }
  assert {
    condition     = length(local.rules) == 0 && length(local.end_policies) == 0
    error_message = "a function reports its own end and needs no rule"
  }
}

run "the_reconciler_has_only_the_permissions_it_needs" {
  command = plan

  assert {
    condition = { for statement in local.reconciler_policy.Statement : statement.Sid => statement.Action } == {
      SettleTasksAndAskAboutThem = ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"]
      ReadAndSettleTasks         = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      ReadAndKeepPayloads        = ["s3:GetObject", "s3:PutObject"]
      MakeDispatchRequests       = ["sqs:SendMessage"]
      FindOpenTasks              = ["dynamodb:Scan"]
    }
    error_message = "these actions"
  }
}

run "a_customer_key_is_used_and_permitted" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_dynamodb_table.tasks.server_side_encryption[0].enabled && aws_dynamodb_table.tasks.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "the table must use the key"
  }
  assert {
    condition = alltrue([for policy in [jsondecode(output.worker_policy_json), local.dispatcher_policy, local.reporter_policy] : contains(policy.Statement, {
      Sid      = "UseKeyOfTableAndPayloads"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo"]
      Resource = ["arn:aws:kms:eu-west-1:123456789012:key/1"]
    })])
    error_message = "dispatcher, reporter and workers may use it, and no other key"
  }
}
