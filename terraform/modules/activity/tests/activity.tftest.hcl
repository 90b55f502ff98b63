mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:studio-words" }
  }
}

variables {
  lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words", role = { name = "words" } }
}

run "claims_its_name_and_describes_itself" {
  command = plan
  variables {
    max_concurrent_jobs = 4
    timeout_seconds     = 900
    pollers             = 3
  }

  assert {
    condition     = jsondecode(aws_dynamodb_table_item.claim.item) == { task_id = { S = "activity#claim:studio-words" } } && aws_dynamodb_table_item.claim.table_name == "studio-tasks" && aws_dynamodb_table_item.claim.hash_key == "task_id"
    error_message = "a second state that names the same activity must find an item"
  }
  assert {
    condition     = aws_sfn_activity.this[0].name == "studio-words" && output.arn == "arn:aws:states:eu-west-1:123456789012:activity:studio-words"
    error_message = "the activity has the stack's name before its own"
  }
  assert {
    condition     = { for key, value in jsondecode(aws_dynamodb_table_item.this.item) : key => values(value)[0] if key != "activity" } == { task_id = "activity#arn:aws:states:eu-west-1:123456789012:activity:studio-words", poll_id = "activity" }
    error_message = "the description has the key that the library reads, and is in the index of open tasks"
  }
  assert {
    condition = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S) == {
      arn                    = "arn:aws:states:eu-west-1:123456789012:activity:studio-words"
      name                   = "studio-words"
      backend                = "lambda"
      config                 = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words" }
      heartbeat_seconds      = 300
      timeout_seconds        = 900
      allowed_overrides      = []
      max_concurrent_jobs    = 4
      max_queue_seconds      = 900
      wake_up                = "requests"
      pollers                = 3
      overflow_after_seconds = null
      envelope               = true
    }
    error_message = "the description has what the library reads"
  }
}

run "outputs_what_a_state_needs" {
  command = plan
  variables {
    overflow_after_seconds = 45
  }

  assert {
    condition = output.activity == {
      key                    = "words"
      arn                    = "arn:aws:states:eu-west-1:123456789012:activity:studio-words"
      heartbeat_seconds      = 300
      timeout_seconds        = 3600
      wake_up                = "requests"
      overflow_after_seconds = 45
      envelope               = false
      partition              = "aws"
      queue                  = var.stack.queue
    }
    error_message = "what module process-state takes"
  }
  assert {
    condition     = output.process_state.Type == "Parallel" && keys(output.process_state.Branches[0].States) == ["words-Activity", "words-RequestDispatch"] && output.process_state.Branches[0].States["words-RequestDispatch"].Parameters.DelaySeconds == 45
    error_message = "the state for one use, in JSONPath, whose inner names begin with the activity's"
  }
  assert {
    condition     = [for key in ["HeartbeatSeconds", "TimeoutSeconds"] : output.process_state.Branches[0].States["words-Activity"][key]] == [300, 3600]
    error_message = "an unset timeout or heartbeat leaves an execution stuck for years"
  }
  assert {
    condition     = jsondecode(output.execution_policy_json).Statement[0].Resource == [var.stack.queue.arn]
    error_message = "the state machine may request a dispatch"
  }
}

run "a_callback_target_has_no_activity" {
  command = plan
  variables {
    wake_up = "callback"
  }

  assert {
    condition     = length(aws_sfn_activity.this) == 0 && output.arn == null && output.activity.arn == null
    error_message = "nothing of Step Functions may be created"
  }
  assert {
    condition     = [for query in aws_cloudwatch_metric_alarm.this[0].metric_query : query.metric[0].metric_name if length(query.metric) > 0] == ["AsyncEventsDropped"]
    error_message = "the alarm watches the function alone"
  }
  assert {
    condition     = jsondecode(aws_dynamodb_table_item.this.item).task_id.S == "activity#callback:words" && jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).arn == "callback:words"
    error_message = "the description has the ID that messages on the way have"
  }
  assert {
    condition     = jsondecode(aws_dynamodb_table_item.claim.item).task_id.S == "activity#claim:studio-words"
    error_message = "an activity and a callback target of one name are two claims to it"
  }
  assert {
    condition     = output.process_state.Resource == "arn:aws:states:::sqs:sendMessage.waitForTaskToken" && output.process_state.Parameters.MessageBody.callback == "words"
    error_message = "the state hands over its task"
  }
  assert {
    condition     = contains(jsondecode(output.worker_policy_json).Statement[0].Resource, "arn:aws:states:eu-west-1:123456789012:stateMachine:orders")
    error_message = "its token is answered with permission on the state machines"
  }
}

run "without_requests_no_permission_is_needed" {
  command = plan
  variables {
    wake_up = "logs"
  }

  assert {
    condition     = output.process_state.Type == "Task" && output.process_state.Resource == output.arn && output.execution_policy_json == null
    error_message = "the state is the activity alone"
  }
}

run "one_alarm_on_late_silent_and_dropped_tasks" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.this) == 1 && toset([for query in aws_cloudwatch_metric_alarm.this[0].metric_query : query.metric[0].metric_name if length(query.metric) > 0]) == toset(["ActivitiesTimedOut", "ActivitiesHeartbeatTimedOut", "AsyncEventsDropped"])
    error_message = "the activity's two metrics and the function's"
  }
  assert {
    condition     = alltrue([for query in aws_cloudwatch_metric_alarm.this[0].metric_query : query.metric[0].dimensions == (query.id == "dropped" ? tomap({ FunctionName = "words" }) : tomap({ ActivityArn = output.arn })) if length(query.metric) > 0]) && [for query in aws_cloudwatch_metric_alarm.this[0].metric_query : query.expression if query.return_data == true] == ["SUM(METRICS())"]
    error_message = "their sum is watched"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this[0].alarm_actions == toset(var.stack.alarm_actions) && aws_cloudwatch_metric_alarm.this[0].alarm_name == "studio-words-timed-out" && keys(output.alarm_arns) == ["timed-out"]
    error_message = "it notifies whom the stack notifies"
  }
}

run "a_dropped_callback_is_noticed" {
  command = plan
  variables {
    wake_up = "callback"
  }

  assert {
    condition     = toset([for query in aws_cloudwatch_metric_alarm.this[0].metric_query : query.metric[0].metric_name if length(query.metric) > 0]) == toset(["AsyncEventsDropped"])
    error_message = "a callback target has no metrics of its own, but its function has"
  }
}

run "tags_are_the_stack_s_and_its_own" {
  command = plan
  variables {
    lambda = null
    ecs    = { container = { image = "words" }, tags = { cost = "7" } }
  }

  assert {
    condition     = alltrue([for tags in [aws_sfn_activity.this[0].tags, aws_cloudwatch_metric_alarm.this[0].tags] : tags == tomap({ team = "films", cost = "7" })])
    error_message = "activity and alarm have the tags of the settings too"
  }
}
