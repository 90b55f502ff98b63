mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:words" }
  }
}

run "requests_a_dispatch_and_then_waits_for_the_activity" {
  command = plan

  assert {
    condition     = output.process_state.Type == "Parallel" && length(output.process_state.Branches) == 1 && output.process_state.OutputPath == "$[0]"
    error_message = "one branch, whose output is the state's"
  }
  assert {
    condition     = output.process_state.Branches[0].StartAt == "RequestDispatch" && output.process_state.Branches[0].States.RequestDispatch.Next == "Activity"
    error_message = "the request must come first"
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
    error_message = "the activity must get the state's input, not SQS's answer"
  }
  assert {
    condition     = contains(output.process_state.Branches[0].States.RequestDispatch.Retry[0].ErrorEquals, "SQS.AmazonSQSException")
    error_message = "a throttled request is retried"
  }
  assert {
    condition     = strcontains(jsonencode(output.process_state), "\"ResultPath\":null")
    error_message = "null must reach the definition: left out, SQS's answer would replace the input"
  }
}

run "always_sets_timeout_and_heartbeat" {
  command = plan

  assert {
    condition     = output.process_state.Branches[0].States.Activity.HeartbeatSeconds == 300 && output.process_state.Branches[0].States.Activity.TimeoutSeconds == 3600
    error_message = "an unset timeout or heartbeat leaves an execution stuck for years"
  }
  assert {
    condition     = output.heartbeat_seconds == 300 && output.timeout_seconds == 3600
    error_message = "the outputs must be the same timeouts"
  }
}

run "retries_retryable_errors_with_full_jitter" {
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
    error_message = "the retried errors must be those documented as retryable"
  }
}

run "accepts_other_retry_rules" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 1 }]
  }

  assert {
    condition     = output.process_state.Retry[0].ErrorEquals[0] == "Job.Failed" && output.process_state.Retry[0].MaxAttempts == 1
    error_message = "the rule must be set"
  }
}

run "an_empty_retry_is_left_out" {
  command = plan
  variables {
    retry = []
  }

  assert {
    condition     = !contains(keys(output.process_state), "Retry")
    error_message = "there must be no empty Retry"
  }
}

run "a_prefix_separates_two_activities_in_one_state_machine" {
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
    error_message = "the states must refer to each other by the prefixed names"
  }
}

run "the_state_machine_may_only_send_to_the_queue" {
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
    error_message = "only this key may be used"
  }
}

run "alarms_on_timeout_and_heartbeat" {
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

run "accepts_states_all_alone_and_last" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], backoff_rate = 1.5 }, { error_equals = ["States.ALL"] }]
  }

  assert {
    condition     = output.process_state.Retry[1].ErrorEquals[0] == "States.ALL" && output.process_state.Retry[0].BackoffRate == 1.5
    error_message = "both rules must be set"
  }
}

run "a_mode_without_requests_is_the_activity_alone" {
  command = plan
  variables {
    wake_up        = "logs"
    dispatch_queue = null
  }

  assert {
    condition = [for key in ["Type", "Resource", "HeartbeatSeconds", "TimeoutSeconds"] : output.process_state[key]] == [
      "Task", "arn:aws:states:eu-west-1:123456789012:activity:words", 300, 3600,
    ]
    error_message = "the state must be the activity alone"
  }
  assert {
    condition     = output.process_state.Retry[0].ErrorEquals[0] == "Job.Interrupted" && !contains(keys(output.process_state), "End")
    error_message = "it must have the same Retry and leave Next to the user"
  }
  assert {
    condition     = output.execution_policy_json == null
    error_message = "without a request no permission is needed"
  }
}

run "requests_are_delayed_while_workers_may_take_the_task" {
  command = plan
  variables {
    overflow_after_seconds = 45
  }

  assert {
    condition     = output.process_state.Branches[0].States.RequestDispatch.Parameters.DelaySeconds == 45
    error_message = "the request must be delayed"
  }
}
