mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  wake_ups = ["poll", "logs"]
}

run "no_poller_and_no_listener_by_default" {
  command = plan
  variables {
    wake_ups = []
  }

  assert {
    condition     = toset(keys(output.functions)) == toset(["dispatcher", "reporter", "reconciler"]) && keys(aws_cloudwatch_event_rule.minutely) == ["reconciler"] && length(aws_lambda_permission.listener) == 0
    error_message = "an idle stack costs nothing"
  }
  assert {
    condition     = output.handle.wake_ups == ["requests", "callback"] && output.handle.listener_arn == null
    error_message = "activities must learn that nobody polls and nobody listens"
  }
}

run "the_handle_tells_what_may_announce_tasks" {
  command = plan

  assert {
    condition     = output.handle.wake_ups == ["requests", "callback", "logs", "poll"] && output.handle.listener_arn == "arn:aws:lambda:eu-west-1:123456789012:function:first-listener"
    error_message = "activities and state machines must learn of both"
  }
}

run "the_poller_is_invoked_every_minute" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.minutely["poller"].schedule_expression == "rate(1 minute)" && aws_lambda_function_event_invoke_config.minutely["poller"].maximum_retry_attempts == 0
    error_message = "the poller must be invoked every minute, without retries"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["poller-silent"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["poller-silent"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.this["poller-silent"].dimensions.FunctionName == "first-poller"
    error_message = "a poller that is not invoked must raise the alarm"
  }
}

run "the_poller_may_take_tasks_and_start_their_jobs" {
  command = plan

  assert {
    condition = { for statement in local.take_tasks : statement.Sid => [statement.Action, statement.Resource] } == {
      MakeDispatchRequests          = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      TakeTasksAndRefuseThem        = [["states:GetActivityTask", "states:SendTaskFailure"], ["arn:aws:states:eu-west-1:123456789012:activity:first-*"]]
      ReadTasksAndDescriptions      = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      RecordTasks                   = [["dynamodb:PutItem", "dynamodb:BatchWriteItem", "dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
      KeepLargeInputs               = [["s3:PutObject"], ["arn:aws:s3:::first-data-123456789012-eu-west-1/tasks/*"]]
      FindWaitingTasksAndActivities = [["dynamodb:Query"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks/index/open"]]
    }
    error_message = "the poller needs a dispatcher's permissions and must find the activities"
  }
  assert {
    condition     = contains(output.handle.starters, "arn:aws:iam::123456789012:role/first/first-poller")
    error_message = "functions must let the poller in"
  }
}

run "the_listener_hears_logs_of_this_account_only" {
  command = plan

  assert {
    condition = [for permission in aws_lambda_permission.listener : [permission.principal, permission.source_account, permission.source_arn]] == [
      ["logs.amazonaws.com", "123456789012", "arn:aws:logs:eu-west-1:123456789012:log-group:*"],
    ]
    error_message = "which log groups it hears is decided at the state machines, in this account"
  }
  assert {
    condition = { for statement in local.listener_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      MakeDispatchRequests     = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:first-dispatch"]]
      ReadTasksAndDescriptions = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks"]]
    }
    error_message = "the listener may only read descriptions and request dispatches"
  }
  assert {
    condition     = !anytrue([for arn in output.handle.starters : strcontains(arn, "listener")])
    error_message = "the listener starts no jobs"
  }
}

run "a_listener_without_a_poller" {
  command = plan
  variables {
    wake_ups = ["logs"]
  }

  assert {
    condition     = toset(keys(output.functions)) == toset(["dispatcher", "reporter", "reconciler", "listener"]) && keys(aws_cloudwatch_event_rule.minutely) == ["reconciler"]
    error_message = "each is there only if asked for"
  }
}

run "tasks_of_callbacks_and_histories_are_reached_through_state_machines" {
  command = plan
  variables {
    existing = { state_machines = ["orders", "shop-*"] }
  }

  assert {
    condition     = [for statement in local.dispatcher_policy.Statement : statement.Resource if contains(statement.Action, "states:GetExecutionHistory")] == [[for name in ["first", "first-*", "orders", "shop-*"] : "arn:aws:states:eu-west-1:123456789012:execution:${name}:*"]]
    error_message = "the dispatcher sees what workers have taken, in these state machines only"
  }
  assert {
    condition = alltrue([for policy in [local.dispatcher_policy, local.reporter_policy, local.reconciler_policy] : alltrue([
      for name in ["first", "first-*", "orders", "shop-*"] : contains(flatten([for statement in policy.Statement : statement.Resource if contains(statement.Action, "states:SendTaskHeartbeat")]), "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}")
    ])])
    error_message = "answering callback tokens needs permission on their state machines"
  }
  assert {
    condition     = output.handle.state_machines == ["first", "first-*", "orders", "shop-*"]
    error_message = "jobs of callbacks need the names too"
  }
}
