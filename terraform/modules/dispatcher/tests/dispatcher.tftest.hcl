mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-west-1:123456789012:queue"
      url = "https://sqs.eu-west-1.amazonaws.com/123456789012/queue"
    }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/first-dispatcher" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/first-dispatcher" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:first-dispatcher" }
  }
}

variables {
  name = "first"
  packages = {
    dispatcher = {
      bucket = "artefacts"
      key    = "functions/dispatcher-1.zip"
      hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
    reporter = {
      bucket = "artefacts"
      key    = "functions/reporter-1.zip"
      hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
    reconciler = {
      bucket = "artefacts"
      key    = "functions/reconciler-1.zip"
      hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
  }
  activities = {
    words = {
      arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
      backend           = "words"
      heartbeat_seconds = 180
      timeout_seconds   = 3600
    }
    lines = {
      arn                 = "arn:aws:states:eu-west-1:123456789012:activity:lines"
      backend             = "words"
      heartbeat_seconds   = 60
      timeout_seconds     = 600
      allowed_overrides   = ["command"]
      max_concurrent_jobs = 5
    }
  }
  backends = {
    words = {
      name        = "lambda"
      config      = "{\"function_arn\":\"arn:aws:lambda:eu-west-1:123456789012:function:process\"}"
      policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }
  payload_bucket = { name = "payloads", arn = "arn:aws:s3:::payloads" }
}

run "requests_come_by_a_queue_that_gives_up_after_twenty_times" {
  command = plan

  assert {
    condition     = jsondecode(aws_sqs_queue_redrive_policy.this.redrive_policy).maxReceiveCount == 20
    error_message = "a request that fails twenty times goes to the dead-letter queue"
  }
  assert {
    condition     = aws_sqs_queue.this["dispatch"].visibility_timeout_seconds >= 1.5 * local.function_timeout_seconds
    error_message = "a request must not come again while its dispatcher runs"
  }
  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : queue.sqs_managed_sse_enabled])
    error_message = "every queue is encrypted"
  }
  assert {
    condition     = aws_sqs_queue.this["dead_letter"].message_retention_seconds > aws_sqs_queue.this["dispatch"].message_retention_seconds
    error_message = "a dead letter outlives the queue it came from: its age counts on"
  }
  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.dead_letter : key => [alarm.dimensions.QueueName, alarm.threshold] } == { for key in ["dead_letter", "report_dead_letter"] : key => [aws_sqs_queue.this[key].name, 0] }
    error_message = "one dead letter is an alarm"
  }
}

run "queues_refuse_plain_http" {
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
    error_message = "each queue's policy denies what comes without TLS, on that queue"
  }
}

run "the_dispatcher_gets_batches_and_answers_request_by_request" {
  command = plan
  variables {
    max_dispatchers = 7
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this.batch_size == 10 && aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "batches of ten, partial answers"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 7
    error_message = "no more invocations at once than allowed"
  }
  assert {
    condition     = local.worker_environment == { TASK_TABLE = "first-tasks", PAYLOAD_BUCKET = "payloads", TASK_RETENTION_DAYS = "7", DISPATCH_QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/queue", STACK_NAME = "first" }
    error_message = "the settings the function reads"
  }
}

run "the_table_keeps_tasks_for_a_while_and_can_be_brought_back" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.tasks.hash_key == "task_id" && aws_dynamodb_table.tasks.billing_mode == "PAY_PER_REQUEST"
    error_message = "by task_id, on demand"
  }
  assert {
    condition     = aws_dynamodb_table.tasks.ttl[0].enabled && aws_dynamodb_table.tasks.ttl[0].attribute_name == "expires_at"
    error_message = "settled tasks expire"
  }
  assert {
    condition     = aws_dynamodb_table.tasks.point_in_time_recovery[0].enabled && aws_dynamodb_table.tasks.deletion_protection_enabled
    error_message = "recovery and protection by default"
  }
}

run "each_activity_has_its_item" {
  command = plan

  assert {
    condition     = jsondecode(aws_dynamodb_table_item.activity["lines"].item).task_id.S == "activity#arn:aws:states:eu-west-1:123456789012:activity:lines"
    error_message = "the key is the activity's ARN"
  }
  assert {
    condition = jsondecode(jsondecode(aws_dynamodb_table_item.activity["lines"].item).activity.S) == {
      arn                    = "arn:aws:states:eu-west-1:123456789012:activity:lines"
      name                   = "lines"
      backend                = "lambda"
      config                 = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process" }
      heartbeat_seconds      = 60
      timeout_seconds        = 600
      allowed_overrides      = ["command"]
      max_concurrent_jobs    = 5
      max_queue_seconds      = null
      wake_up                = "requests"
      pollers                = 2
      overflow_after_seconds = null
    }
    error_message = "the description has the keys the library reads"
  }
  assert {
    condition     = jsondecode(aws_dynamodb_table_item.activity["lines"].item).poll_id.S == "activity" && one([for index in aws_dynamodb_table.tasks.global_secondary_index : index.hash_key if index.name == "open"]) == "poll_id"
    error_message = "the reconciler finds it in the index"
  }
  assert {
    condition     = !contains(one([for index in aws_dynamodb_table.tasks.global_secondary_index : index.non_key_attributes if index.name == "open"]), "input")
    error_message = "inputs are not in the index"
  }
  assert {
    condition     = length(aws_dynamodb_table_item.activity) == 2
    error_message = "one item each"
  }
}

run "the_dispatcher_may_do_its_work_and_no_more" {
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
    error_message = "its own policy and each backend's"
  }
}

run "a_worker_may_report_and_no_more" {
  command = plan

  assert {
    condition = { for statement in jsondecode(output.worker_policy_json).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReportTasks = [
        ["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"],
        ["arn:aws:states:eu-west-1:123456789012:activity:lines", "arn:aws:states:eu-west-1:123456789012:activity:words"],
      ]
      ReadAndSettleTasks = [
        ["dynamodb:GetItem", "dynamodb:UpdateItem"],
        ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"],
      ]
      MakeDispatchRequests    = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      ReadAndKeepPayloads     = [["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::payloads/tasks/*"]]
      ReportFailedInvocations = [["lambda:InvokeFunction"], ["arn:aws:lambda:eu-west-1:123456789012:function:first-reporter"]]
    }
    error_message = "these actions on these resources"
  }
  assert {
    condition     = [for statement in jsondecode(output.job_policy_json).Statement : statement.Sid] == ["ReportTasks", "ReadAndSettleTasks", "ReadAndKeepPayloads"]
    error_message = "a container's end is told by its service"
  }
  assert {
    condition     = jsondecode(output.worker_policy_json).Statement[1].Condition["ForAllValues:StringNotLike"]["dynamodb:LeadingKeys"] == ["activity#*", "lease#*"]
    error_message = "a worker can't rewrite what an activity starts"
  }
  assert {
    condition     = output.job_environment == { TASK_TABLE = "first-tasks", PAYLOAD_BUCKET = "payloads", TASK_RETENTION_DAYS = "7" } && output.worker_environment == merge(output.job_environment, { DISPATCH_QUEUE_URL = aws_sqs_queue.this["dispatch"].url, STACK_NAME = "first" })
    error_message = "the settings a container and a function read"
  }
}

run "the_ends_of_a_backend_s_jobs_reach_the_reporter" {
  command = plan
  variables {
    backends = {
      words = {
        name        = "lambda"
        config      = "{}"
        policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
      }
      boxes = {
        name               = "fargate"
        config             = "{}"
        policy_json        = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
        report_policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"ReadJobLogs\"}]}"
        event_pattern      = "{\"source\":[\"aws.ecs\"]}"
      }
    }
  }

  assert {
    condition     = { for key, rule in aws_cloudwatch_event_rule.this : key => [rule.name, rule.event_pattern] } == { boxes = ["first-boxes", "{\"source\":[\"aws.ecs\"]}"] }
    error_message = "a rule for each backend that has events"
  }
  assert {
    condition     = aws_cloudwatch_event_target.this["boxes"].rule == "first-boxes" && aws_cloudwatch_event_target.this["boxes"].arn == output.reporter.arn && aws_lambda_permission.this["boxes"].principal == "events.amazonaws.com"
    error_message = "which may invoke the reporter"
  }
  assert {
    condition = jsondecode(aws_sqs_queue.this["report_dead_letter"].policy).Statement[1] == {
      Sid       = "KeepUndeliveredEvents"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:eu-west-1:123456789012:first-report-dead-letter"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:events:eu-west-1:123456789012:rule/first-*" } }
    }
    error_message = "an event that cannot be delivered is kept"
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.this["boxes"].dead_letter_config) == 1 && length(aws_lambda_function_event_invoke_config.reporter.destination_config[0].on_failure) == 1 && aws_lambda_function_event_invoke_config.reporter.maximum_retry_attempts == 2
    error_message = "and so is one that the reporter failed on"
  }
  assert {
    condition     = keys(local.end_policies) == ["backend-boxes-ends"] && strcontains(local.end_policies["backend-boxes-ends"], "ReadJobLogs")
    error_message = "reporter and reconciler may read the jobs' logs"
  }
}

run "the_reporter_may_do_its_work_and_no_more" {
  command = plan

  assert {
    condition = { for statement in local.reporter_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      SettleTasks = [
        ["states:SendTaskSuccess", "states:SendTaskFailure"],
        ["arn:aws:states:eu-west-1:123456789012:activity:lines", "arn:aws:states:eu-west-1:123456789012:activity:words"],
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
    condition     = length(aws_cloudwatch_event_rule.this) == 0 && length(local.end_policies) == 0
    error_message = "a function reports for itself: no rule for it"
  }
}

run "a_customer_key_is_used_and_may_be_used" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_dynamodb_table.tasks.server_side_encryption[0].enabled && aws_dynamodb_table.tasks.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "the table uses it"
  }
  assert {
    condition = alltrue([for policy in [jsondecode(output.worker_policy_json), local.dispatcher_policy, local.reporter_policy] : contains(policy.Statement, {
      Sid      = "UseKeyOfTableAndPayloads"
      Effect   = "Allow"
      Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
      Resource = ["arn:aws:kms:eu-west-1:123456789012:key/1"]
    })])
    error_message = "dispatcher, reporter and workers may use it, and no other key"
  }
}

run "refuses_an_activity_whose_backend_is_not_there" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "fargate"
        heartbeat_seconds = 180
        timeout_seconds   = 3600
      }
    }
  }
  expect_failures = [var.backends]
}

run "refuses_no_activity" {
  command = plan
  variables {
    activities = {}
  }
  expect_failures = [var.activities]
}

run "refuses_an_activity_that_is_none" {
  command = plan
  variables {
    activities = {
      words = { arn = "words", backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600 }
    }
  }
  expect_failures = [var.activities]
}

run "refuses_a_heartbeat_as_long_as_the_time_limit" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "words"
        heartbeat_seconds = 600
        timeout_seconds   = 600
      }
    }
  }
  expect_failures = [var.activities]
}

run "refuses_a_backend_without_config" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "[]", policy_json = "{\"Statement\":[]}" } }
  }
  expect_failures = [var.backends]
}

run "refuses_a_backend_without_policy" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "{}", policy_json = "{}" } }
  }
  expect_failures = [var.backends]
}

run "refuses_a_report_policy_that_is_none" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "{}", policy_json = "{\"Statement\":[]}", report_policy_json = "{}" } }
  }
  expect_failures = [var.backends]
}

run "refuses_an_event_pattern_that_is_none" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "{}", policy_json = "{\"Statement\":[]}", event_pattern = "{}" } }
  }
  expect_failures = [var.backends]
}

run "refuses_a_key_too_long_for_a_rule" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "a-key-that-is-longer-than-a-rule-s-name-can-be-with-the-name"
        heartbeat_seconds = 180
        timeout_seconds   = 3600
      }
    }
    backends = {
      a-key-that-is-longer-than-a-rule-s-name-can-be-with-the-name = { name = "lambda", config = "{}", policy_json = "{\"Statement\":[]}" }
    }
  }
  expect_failures = [var.backends]
}

run "refuses_wrong_values" {
  command = plan
  variables {
    name                = "with space"
    payload_bucket      = { name = "payloads", arn = "payloads" }
    max_dispatchers     = 1
    task_retention_days = 0
    kms_key_arn         = "alias/mine"
  }
  expect_failures = [
    var.name, var.payload_bucket, var.max_dispatchers, var.task_retention_days, var.kms_key_arn,
  ]
}

run "executions_that_end_without_success_reach_the_reporter" {
  command = plan
  variables {
    state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:words"]
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["executions"].event_pattern) == {
      source      = ["aws.states"]
      detail-type = ["Step Functions Execution Status Change"]
      detail      = { stateMachineArn = ["arn:aws:states:eu-west-1:123456789012:stateMachine:words"], status = ["ABORTED", "FAILED", "TIMED_OUT"] }
    }
    error_message = "of these state machines only"
  }
  assert {
    condition     = [for statement in local.reporter_policy.Statement : statement.Resource if contains(statement.Action, "states:GetExecutionHistory")] == [["arn:aws:states:eu-west-1:123456789012:execution:words:*"]]
    error_message = "whose histories it may read"
  }
}

run "the_reconciler_makes_a_pass_every_minute" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.reconciler.schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_target.reconciler.arn == output.reconciler.arn && aws_lambda_permission.reconciler.principal == "events.amazonaws.com"
    error_message = "EventBridge invokes it"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.reconciler.maximum_retry_attempts == 0 && aws_cloudwatch_metric_alarm.reconciler_silent.treat_missing_data == "breaching"
    error_message = "the next pass is the retry, and silence is an alarm"
  }
}

run "the_reconciler_may_do_its_work_and_no_more" {
  command = plan

  assert {
    condition = { for statement in local.reconciler_policy.Statement : statement.Sid => statement.Action } == {
      SettleTasks          = ["states:SendTaskSuccess", "states:SendTaskFailure"]
      ReadAndSettleTasks   = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
      ReadAndKeepPayloads  = ["s3:GetObject", "s3:PutObject"]
      MakeDispatchRequests = ["sqs:SendMessage"]
      BeatForJobs          = ["states:SendTaskHeartbeat"]
      FindOpenTasks        = ["dynamodb:Scan"]
    }
    error_message = "these actions"
  }
}

run "refuses_a_state_machine_that_is_none" {
  command = plan
  variables {
    state_machine_arns       = ["words"]
    missed_task_poll_minutes = 0
  }
  expect_failures = [var.state_machine_arns, var.missed_task_poll_minutes]
}

run "refuses_slots_and_queue_times_that_make_no_sense" {
  command = plan
  variables {
    activities = {
      words = {
        arn                 = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend             = "words"
        heartbeat_seconds   = 60
        timeout_seconds     = 600
        max_concurrent_jobs = 0
        max_queue_seconds   = 59
      }
    }
  }
  expect_failures = [var.activities]
}

run "refuses_a_backend_named_as_another_rule" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "executions"
        heartbeat_seconds = 60
        timeout_seconds   = 600
      }
    }
    backends = {
      executions = {
        name        = "lambda"
        config      = "{}"
        policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
      }
    }
  }
  expect_failures = [var.backends]
}

run "functions_are_traced_and_alarms_notify" {
  command = plan
  variables {
    watching = { tracing = true, alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"] }
  }

  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.dead_letter), [aws_cloudwatch_metric_alarm.reconciler_silent]) : alarm.alarm_actions == toset(var.watching.alarm_actions) && alarm.ok_actions == alarm.alarm_actions])
    error_message = "each alarm notifies"
  }
  assert {
    condition     = toset(keys(output.alarm_arns)) == toset(concat(["dead_letter", "report_dead_letter", "reconciler-silent"], flatten([for name in ["dispatcher", "reporter", "reconciler"] : ["${name}-errors", "${name}-throttles"]])))
    error_message = "every alarm is shown on a dashboard"
  }
}
