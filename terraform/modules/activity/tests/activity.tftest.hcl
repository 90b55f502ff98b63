mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:words" }
  }
}

variables {
  name = "words"
  dispatch_queue = {
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
    arn = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
  }
}

run "asks_for_a_dispatch_and_then_waits_for_the_activity" {
  command = plan

  assert {
    condition     = output.process_state.Type == "Parallel" && length(output.process_state.Branches) == 1 && output.process_state.OutputPath == "$[0]"
    error_message = "one branch, whose output is the state's"
  }
  assert {
    condition     = output.process_state.Branches[0].StartAt == "RequestDispatch" && output.process_state.Branches[0].States.RequestDispatch.Next == "Activity"
    error_message = "the request goes first"
  }
  assert {
    condition = output.process_state.Branches[0].States.RequestDispatch.Parameters == {
      QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
      MessageBody = {
        "activity_arn"       = "arn:aws:states:eu-west-1:123456789012:activity:words"
        "execution_arn.$"    = "$$.Execution.Id"
        "state_entered_at.$" = "$$.State.EnteredTime"
      }
    }
    error_message = "the request has the keys the dispatcher reads"
  }
  assert {
    condition     = output.process_state.Branches[0].States.RequestDispatch.ResultPath == null
    error_message = "the activity's input is the state's input, not the answer of SQS"
  }
  assert {
    condition     = contains(output.process_state.Branches[0].States.RequestDispatch.Retry[0].ErrorEquals, "SQS.AmazonSQSException")
    error_message = "a throttled request is repeated"
  }
  assert {
    condition     = strcontains(jsonencode(output.process_state), "\"ResultPath\":null")
    error_message = "null must reach the definition: left out, SQS's answer would replace the input"
  }
}

run "always_sets_both_clocks" {
  command = plan

  assert {
    condition     = output.process_state.Branches[0].States.Activity.HeartbeatSeconds == 180 && output.process_state.Branches[0].States.Activity.TimeoutSeconds == 3600
    error_message = "unset clocks leave an execution stuck for years"
  }
  assert {
    condition     = output.heartbeat_seconds == 180 && output.timeout_seconds == 3600
    error_message = "the dispatcher is told the same clocks"
  }
}

run "retries_what_a_retry_helps_with_full_jitter" {
  command = plan

  assert {
    condition = output.process_state.Retry == [{
      ErrorEquals     = tolist(["Job.Interrupted", "Dispatch.Throttled", "Dispatch.CapacityUnavailable", "Dispatch.QueueTimeout"])
      IntervalSeconds = 5
      MaxAttempts     = 5
      BackoffRate     = 2
      MaxDelaySeconds = 300
      JitterStrategy  = "FULL"
    }]
    error_message = "the errors the design calls repeatable"
  }
}

run "takes_another_retry" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 1 }]
  }

  assert {
    condition     = output.process_state.Retry[0].ErrorEquals[0] == "Job.Failed" && output.process_state.Retry[0].MaxAttempts == 1
    error_message = "the rule arrives"
  }
}

run "no_retry_leaves_the_key_out" {
  command = plan
  variables {
    retry = []
  }

  assert {
    condition     = !contains(keys(output.process_state), "Retry")
    error_message = "no empty Retry"
  }
}

run "a_prefix_keeps_two_activities_in_one_machine_apart" {
  command = plan
  variables {
    state_prefix = "Words "
  }

  assert {
    condition     = toset(keys(output.process_state.Branches[0].States)) == toset(["Words RequestDispatch", "Words Activity"])
    error_message = "both inner states have the prefix"
  }
  assert {
    condition     = output.process_state.Branches[0].StartAt == "Words RequestDispatch" && output.process_state.Branches[0].States["Words RequestDispatch"].Next == "Words Activity"
    error_message = "and are found by it"
  }
}

run "the_state_machine_may_send_to_the_queue_only" {
  command = plan

  assert {
    condition = jsondecode(output.execution_policy_json).Statement == [{
      Sid      = "RequestDispatch"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = ["arn:aws:sqs:eu-west-1:123456789012:dispatch"]
    }]
    error_message = "one action on one queue"
  }
}

run "a_queue_with_a_customer_key_needs_the_key_too" {
  command = plan
  variables {
    dispatch_queue = {
      url         = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
      arn         = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
      kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
    }
  }

  assert {
    condition     = jsondecode(output.execution_policy_json).Statement[1].Resource == ["arn:aws:kms:eu-west-1:123456789012:key/1"]
    error_message = "the key, and no other"
  }
}

run "alarms_on_both_clocks" {
  command = plan
  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"]
  }

  assert {
    condition     = toset([for alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name]) == toset(["ActivitiesTimedOut", "ActivitiesHeartbeatTimedOut"])
    error_message = "both alarms"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(var.alarm_actions) && alarm.dimensions.ActivityArn == output.arn])
    error_message = "each watches this activity and notifies"
  }
}

run "refuses_wrong_values" {
  command = plan
  variables {
    name              = "with space"
    dispatch_queue    = { url = "dispatch", arn = "dispatch", kms_key_arn = "alias/mine" }
    heartbeat_seconds = 0
    retry             = [{ error_equals = [] }, { error_equals = ["Job.Failed"], backoff_rate = 0.5 }]
    state_prefix      = "a/b"
    alarm_actions     = ["oncall"]
  }
  expect_failures = [
    var.name, var.dispatch_queue, var.heartbeat_seconds, var.retry, var.state_prefix, var.alarm_actions,
  ]
}

run "refuses_a_heartbeat_as_long_as_the_time_limit" {
  command = plan
  variables {
    heartbeat_seconds = 600
    timeout_seconds   = 600
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_a_time_limit_above_that_of_step_functions" {
  command = plan
  variables {
    timeout_seconds = 100000000
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_a_queue_key_that_is_no_key" {
  command = plan
  variables {
    dispatch_queue = {
      url         = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
      arn         = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
      kms_key_arn = "alias/mine"
    }
  }
  expect_failures = [var.dispatch_queue]
}

run "refuses_a_retry_without_an_error" {
  command = plan
  variables {
    retry = [{ error_equals = [] }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_retry_that_waits_longer_than_its_longest_wait" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], interval_seconds = 400 }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_wait_of_a_part_of_a_second" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], interval_seconds = 1.5 }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_part_of_an_attempt" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 2.5 }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_longest_wait_of_a_part_of_a_second" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_delay_seconds = 30.5 }]
  }
  expect_failures = [var.retry]
}

run "refuses_more_attempts_than_step_functions_allows" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 100000000 }]
  }
  expect_failures = [var.retry]
}

run "refuses_all_errors_beside_another" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed", "States.ALL"] }]
  }
  expect_failures = [var.retry]
}

run "refuses_all_errors_before_another" {
  command = plan
  variables {
    retry = [{ error_equals = ["States.ALL"] }, { error_equals = ["Job.Failed"] }]
  }
  expect_failures = [var.retry]
}

run "takes_all_errors_alone_and_last" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], backoff_rate = 1.5 }, { error_equals = ["States.ALL"] }]
  }

  assert {
    condition     = output.process_state.Retry[1].ErrorEquals[0] == "States.ALL" && output.process_state.Retry[0].BackoffRate == 1.5
    error_message = "both rules arrive"
  }
}

run "a_mode_without_requests_needs_no_request" {
  command = plan
  variables {
    wake_up        = "logs"
    dispatch_queue = null
  }

  assert {
    condition = [for key in ["Type", "Resource", "HeartbeatSeconds", "TimeoutSeconds"] : output.process_state[key]] == [
      "Task", "arn:aws:states:eu-west-1:123456789012:activity:words", 180, 3600,
    ]
    error_message = "the activity alone"
  }
  assert {
    condition     = output.process_state.Retry[0].ErrorEquals[0] == "Job.Interrupted" && !contains(keys(output.process_state), "End")
    error_message = "with the same Retry, and a Next of the user's"
  }
  assert {
    condition     = output.execution_policy_json == null
    error_message = "who sends nothing needs no permission"
  }
}

run "what_is_left_to_workers_is_asked_for_later" {
  command = plan
  variables {
    overflow_after_seconds = 45
  }

  assert {
    condition     = output.process_state.Branches[0].States.RequestDispatch.Parameters.DelaySeconds == 45
    error_message = "the queue keeps the request for so long"
  }
}

run "refuses_a_mode_that_is_none" {
  command = plan
  variables {
    wake_up = "pull"
  }
  expect_failures = [var.wake_up]
}

run "refuses_a_delay_that_sqs_has_not" {
  command = plan
  variables {
    overflow_after_seconds = 901
  }
  expect_failures = [var.overflow_after_seconds]
}

run "refuses_to_leave_to_workers_what_the_poller_takes" {
  command = plan
  variables {
    wake_up                = "poll"
    overflow_after_seconds = 10
  }
  expect_failures = [var.overflow_after_seconds]
}

run "refuses_requests_without_a_queue" {
  command = plan
  variables {
    dispatch_queue = null
  }
  expect_failures = [var.dispatch_queue]
}
