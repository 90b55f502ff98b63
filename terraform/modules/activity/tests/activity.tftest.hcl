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
