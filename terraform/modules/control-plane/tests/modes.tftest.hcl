mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
}

variables {
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
    poller   = { bucket = "artefacts", key = "functions/poller-1.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    listener = { bucket = "artefacts", key = "functions/listener-1.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }
  activities = {
    words = {
      arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
      backend           = "words"
      heartbeat_seconds = 240
      timeout_seconds   = 3600
      wake_up           = "poll"
      pollers           = 3
    }
    lines = {
      arn                 = "arn:aws:states:eu-west-1:123456789012:activity:lines"
      backend             = "words"
      heartbeat_seconds   = 60
      timeout_seconds     = 600
      allowed_overrides   = ["command"]
      max_concurrent_jobs = 5
      wake_up             = "logs"

      overflow_after_seconds = 30
    }
  }
  log_group_names    = ["/aws/vendedlogs/states/words"]
  state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:words"]
}

run "no_poller_and_no_listener_by_default" {
  command = plan
  variables {
    activities = { words = {
      arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
      backend           = "words"
      heartbeat_seconds = 240
      timeout_seconds   = 3600
    } }
  }

  assert {
    condition     = output.poller == null && output.listener == null && length(aws_cloudwatch_event_rule.poller) + length(aws_cloudwatch_log_subscription_filter.listener) == 0
    error_message = "an idle stack costs nothing"
  }
}

run "the_description_contains_the_wake_up_mode" {
  command = plan

  assert {
    condition = { for key, item in aws_dynamodb_table_item.activity : key => [for name in ["wake_up", "pollers", "overflow_after_seconds"] : jsonencode(jsondecode(jsondecode(item.item).activity.S)[name])] } == {
      words = ["\"poll\"", "3", "null"]
      lines = ["\"logs\"", "2", "30"]
    }
    error_message = "the keys the library reads"
  }
}

run "the_poller_is_invoked_every_minute" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.poller["poller"].schedule_expression == "rate(1 minute)" && aws_lambda_function_event_invoke_config.poller["poller"].maximum_retry_attempts == 0
    error_message = "the poller must be invoked every minute, without retries"
  }
  assert {
    condition = { for statement in local.poller_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      MakeDispatchRequests   = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      TakeTasksAndRefuseThem = [["states:GetActivityTask", "states:SendTaskFailure"], ["arn:aws:states:eu-west-1:123456789012:activity:words"]]
      RecordTasks            = [["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      KeepLargeInputs        = [["s3:PutObject"], ["arn:aws:s3:::payloads/tasks/*"]]
      FindActivities         = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks/index/open"]]
    }
    error_message = "the poller needs a dispatcher's permissions and must find the activities"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.poller_silent["poller"].treat_missing_data == "breaching"
    error_message = "a poller that is not invoked must raise the alarm"
  }
}

run "the_listener_gets_only_scheduled_tasks" {
  command = plan

  assert {
    condition = { for name, filter in aws_cloudwatch_log_subscription_filter.listener : name => [filter.log_group_name, filter.filter_pattern] } == {
      "/aws/vendedlogs/states/words" = ["/aws/vendedlogs/states/words", "{ $.type = \"ActivityScheduled\" }"]
    }
    error_message = "only one kind of event may match"
  }
  assert {
    condition = [for permission in aws_lambda_permission.listener : [permission.principal, permission.source_account, permission.source_arn]] == [
      ["logs.amazonaws.com", "123456789012", "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/words:*"],
    ]
    error_message = "only this log group of this account may invoke it"
  }
  assert {
    condition = { for statement in local.listener_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      MakeDispatchRequests = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      FindActivities       = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
    }
    error_message = "the listener may only read descriptions and request dispatches"
  }
}

run "the_dispatcher_may_see_what_workers_have_taken" {
  command = plan

  assert {
    condition     = [for statement in local.dispatcher_policy.Statement : statement.Resource if contains(statement.Action, "states:GetExecutionHistory")] == [["arn:aws:states:eu-west-1:123456789012:execution:words:*"]]
    error_message = "it may only read histories of the named state machines"
  }
}

run "the_dispatcher_may_not_read_histories_without_workers" {
  command = plan
  variables {
    activities = { words = { arn = "arn:aws:states:eu-west-1:123456789012:activity:words", backend = "words", heartbeat_seconds = 240, timeout_seconds = 3600, overflow_after_seconds = 0 } }
  }

  assert {
    condition     = length([for statement in local.dispatcher_policy.Statement : statement if contains(statement.Action, "states:GetExecutionHistory")]) == 0
    error_message = "unneeded permissions must not be granted"
  }
}

run "a_callback_target_is_identified_by_its_name" {
  command = plan
  variables {
    activities         = { orders = { backend = "words", heartbeat_seconds = 240, timeout_seconds = 3600, wake_up = "callback", max_concurrent_jobs = 3 } }
    state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"]
  }

  assert {
    condition     = jsondecode(aws_dynamodb_table_item.activity["orders"].item).task_id.S == "activity#callback:orders"
    error_message = "the key is found from the request's callback"
  }
  assert {
    condition     = [for key in ["arn", "name", "wake_up"] : jsondecode(jsondecode(aws_dynamodb_table_item.activity["orders"].item).activity.S)[key]] == ["callback:orders", "orders", "callback"]
    error_message = "its ID takes the place of an activity's ARN"
  }
  assert {
    condition = alltrue([for policy in [local.dispatcher_policy, local.reporter_policy, local.reconciler_policy, jsondecode(output.worker_policy_json), jsondecode(output.job_policy_json)] :
      length([for statement in policy.Statement : statement if anytrue([for action in statement.Action : startswith(action, "states:SendTask")]) && setsubtract(statement.Resource, ["arn:aws:states:eu-west-1:123456789012:activity:first-*"]) == toset(["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"])]) >= 1
    ])
    error_message = "answering callback tokens needs permission on their state machine, and on activities only by the stack's name"
  }
  assert {
    condition     = !contains([for statement in local.dispatcher_policy.Statement : statement.Sid], "TakeTasksAndRefuseThem")
    error_message = "there must be no statement without a resource"
  }
}
