run "requests_a_dispatch_and_then_waits_for_the_activity" {
  command = plan

  assert {
    condition     = output.state.Type == "Parallel" && length(output.state.Branches) == 1 && output.state.OutputPath == "$[0]"
    error_message = "one branch, whose output is the state's"
  }
  assert {
    condition     = output.state.Branches[0].StartAt == "film-RequestDispatch" && output.state.Branches[0].States["film-RequestDispatch"].Next == "film-Activity" && output.state.Branches[0].States["film-Activity"].End
    error_message = "the request must come first"
  }
  assert {
    condition = output.state.Branches[0].States["film-RequestDispatch"].Parameters == {
      QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch"
      MessageBody = {
        "activity_arn"       = "arn:aws:states:eu-west-1:123456789012:activity:studio-film"
        "execution_arn.$"    = "$$.Execution.Id"
        "state_entered_at.$" = "$$.State.EnteredTime"
      }
    }
    error_message = "the request has the keys the dispatcher reads"
  }
  assert {
    condition     = strcontains(jsonencode(output.state.Branches[0].States["film-RequestDispatch"]), "\"ResultPath\":null")
    error_message = "null must reach the definition: left out, SQS's answer would replace the activity's input"
  }
  assert {
    condition     = contains(output.state.Branches[0].States["film-RequestDispatch"].Retry[0].ErrorEquals, "SQS.AmazonSQSException")
    error_message = "a throttled request is retried"
  }
  assert {
    condition     = !strcontains(jsonencode(output.state), "QueryLanguage") && !contains(keys(output.state), "End") && !contains(keys(output.state), "Catch")
    error_message = "it must leave Next, End and Catch to the user, and fit a machine that says no language"
  }
}

run "always_sets_timeout_and_heartbeat" {
  command = plan

  assert {
    condition     = [for key in ["HeartbeatSeconds", "TimeoutSeconds"] : output.state.Branches[0].States["film-Activity"][key]] == [180, 3600]
    error_message = "an unset timeout or heartbeat leaves an execution stuck for years"
  }
}

run "a_use_may_have_other_clocks" {
  command = plan
  variables {
    heartbeat_seconds = 400
    timeout_seconds   = 600
  }

  assert {
    condition     = [for key in ["HeartbeatSeconds", "TimeoutSeconds"] : output.state.Branches[0].States["film-Activity"][key]] == [400, 600]
    error_message = "the state's own limits"
  }
}

run "retries_retryable_errors_with_full_jitter" {
  command = plan

  assert {
    condition = output.state.Retry == [{
      ErrorEquals     = ["Job.Interrupted", "Dispatch.Throttled", "Dispatch.CapacityUnavailable", "Dispatch.QueueTimeout"]
      IntervalSeconds = 5
      MaxAttempts     = 5
      BackoffRate     = 2
      MaxDelaySeconds = 300
      JitterStrategy  = "FULL"
    }]
    error_message = "the retried errors must be those documented as retryable"
  }
}

run "accepts_other_retry_rules_with_states_all_alone_and_last" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 1, backoff_rate = 1.5 }, { error_equals = ["States.ALL"] }]
  }

  assert {
    condition     = [output.state.Retry[0].ErrorEquals[0], output.state.Retry[0].MaxAttempts, output.state.Retry[0].BackoffRate] == ["Job.Failed", 1, 1.5] && output.state.Retry[1].ErrorEquals == ["States.ALL"]
    error_message = "both rules must be set, in this order"
  }
}

run "an_empty_retry_is_left_out" {
  command = plan
  variables {
    retry = []
  }

  assert {
    condition     = !contains(keys(output.state), "Retry")
    error_message = "there must be no empty Retry"
  }
}

run "goes_elsewhere_after_an_error" {
  command = plan
  variables {
    catch = [
      { error_equals = ["Job.Failed"], next = "Apologise", result_path = "$.failure" },
      { error_equals = ["States.ALL"], next = "Stop" },
    ]
  }

  assert {
    condition = jsonencode(output.state.Catch) == jsonencode([
      { ErrorEquals = ["Job.Failed"], Next = "Apologise", ResultPath = "$.failure" },
      { ErrorEquals = ["States.ALL"], Next = "Stop" },
    ])
    error_message = "the rules must be on the outer state, which Next can leave"
  }
}

run "a_prefix_separates_two_uses_in_one_state_machine" {
  command = plan
  variables {
    prefix = "Again "
  }

  assert {
    condition     = keys(output.state.Branches[0].States) == ["Again Activity", "Again RequestDispatch"] && output.state.Branches[0].StartAt == "Again RequestDispatch" && output.state.Branches[0].States["Again RequestDispatch"].Next == "Again Activity"
    error_message = "both inner states have the prefix, and refer to each other by it"
  }
}

run "an_activity_of_its_own_name_has_its_own_inner_states" {
  command = plan
  variables {
    activity = merge(var.activity, { key = "score" })
  }

  assert {
    condition     = keys(output.state.Branches[0].States) == ["score-Activity", "score-RequestDispatch"]
    error_message = "two activities fit one state machine without a prefix"
  }
}

run "the_state_machine_may_only_send_to_the_queue" {
  command = plan

  assert {
    condition = jsondecode(output.execution_policy_json).Statement == [{
      Sid      = "SendToDispatcher"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = ["arn:aws:sqs:eu-west-1:123456789012:studio-dispatch"]
    }]
    error_message = "one action on one queue"
  }
}

run "a_queue_with_a_customer_key_needs_the_key_too" {
  command = plan
  variables {
    activity = merge(var.activity, { queue = { url = "https://queue", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch", kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" } })
  }

  assert {
    condition     = jsondecode(output.execution_policy_json).Statement[1].Resource == ["arn:aws:kms:eu-west-1:123456789012:key/1"] && jsondecode(output.execution_policy_json).Statement[1].Action == ["kms:GenerateDataKey", "kms:Decrypt"]
    error_message = "only this key may be used"
  }
}

run "a_mode_without_requests_is_the_activity_alone" {
  command = plan
  variables {
    activity = merge(var.activity, { wake_up = "logs" })
    catch    = [{ error_equals = ["States.ALL"], next = "Stop" }]
  }

  assert {
    condition = [for key in ["Type", "Resource", "HeartbeatSeconds", "TimeoutSeconds"] : output.state[key]] == [
      "Task", "arn:aws:states:eu-west-1:123456789012:activity:studio-film", 180, 3600,
    ]
    error_message = "the state must be the activity alone"
  }
  assert {
    condition     = output.state.Retry[0].ErrorEquals[0] == "Job.Interrupted" && output.state.Catch[0].Next == "Stop" && !contains(keys(output.state), "End")
    error_message = "it must have the same Retry and Catch, and leave Next to the user"
  }
  assert {
    condition     = output.execution_policy_json == null
    error_message = "without a request no permission is needed"
  }
}

run "polled_tasks_are_the_activity_alone_too" {
  command = plan
  variables {
    activity = merge(var.activity, { wake_up = "poll" })
  }

  assert {
    condition     = output.state.Resource == var.activity.arn && output.execution_policy_json == null
    error_message = "the poller needs no request"
  }
}

run "requests_are_delayed_while_workers_may_take_the_task" {
  command = plan
  variables {
    activity = merge(var.activity, { overflow_after_seconds = 45 })
  }

  assert {
    condition     = output.state.Branches[0].States["film-RequestDispatch"].Parameters.DelaySeconds == 45
    error_message = "the request must be delayed"
  }
}

run "an_envelope_says_which_execution_a_task_is_of" {
  command = plan
  variables {
    activity = merge(var.activity, { envelope = true })
  }

  assert {
    condition = output.state.Parameters == {
      "activity_dispatch_envelope" = 1
      "execution_arn.$"            = "$$.Execution.Id"
      "state_name.$"               = "$$.State.Name"
      "attempt.$"                  = "$$.State.RetryCount"
      "entered_at.$"               = "$$.State.EnteredTime"
      "input.$"                    = "$"
    }
    error_message = "the envelope has the keys that the dispatcher reads; the outer state has the name and the retries"
  }
  assert {
    condition     = !can(output.state.Branches[0].States["film-Activity"].Parameters)
    error_message = "one envelope, not two"
  }
}

run "without_requests_the_activity_has_the_envelope" {
  command = plan
  variables {
    activity = merge(var.activity, { wake_up = "poll", envelope = true })
  }

  assert {
    condition     = output.state.Type == "Task" && output.state.Parameters["input.$"] == "$" && output.state.Parameters["attempt.$"] == "$$.State.RetryCount"
    error_message = "there is no outer state"
  }
}

run "without_an_envelope_the_input_is_as_it_was" {
  command = plan

  assert {
    condition     = !can(output.state.Parameters)
    error_message = "off costs nothing"
  }
}
