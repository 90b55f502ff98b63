mock_provider "aws" {
  override_during = plan
}

run "says_what_the_library_reads" {
  command = plan

  assert {
    condition     = output.backend == { kind = "lambda", name = "words", config = "{\"function_arn\":\"arn:aws:lambda:eu-west-1:123456789012:function:process\"}" }
    error_message = "the dispatcher learns which function to invoke"
  }
}

run "the_function_itself_lets_the_stack_s_starters_in" {
  command = plan

  assert {
    condition = { for role, permission in aws_lambda_permission.starter : permission.statement_id => [permission.function_name, permission.action, permission.principal] } == {
      studio-words-studio-dispatcher = ["process", "lambda:InvokeFunction", "arn:aws:iam::123456789012:role/studio/studio-dispatcher"]
      studio-words-studio-reconciler = ["process", "lambda:InvokeFunction", "arn:aws:iam::123456789012:role/studio/studio-reconciler"]
    }
    error_message = "dispatcher and reconciler by their roles, and nobody else"
  }
}

run "statements_of_long_names_stay_short_and_different" {
  command = plan
  variables {
    stack = merge(var.stack, {
      prefix   = "a-stack-whose-name-has-forty-characters-"
      starters = [for name in ["dispatcher", "reconciler", "poller"] : "arn:aws:iam::123456789012:role/a-stack-whose-name-has-forty-characters-${name}"]
    })
    name = "an-activity-whose-name-has-sixty-characters-which-is-a-great"
  }

  assert {
    condition     = length(distinct(values(aws_lambda_permission.starter)[*].statement_id)) == 3 && alltrue([for permission in aws_lambda_permission.starter : length(permission.statement_id) <= 100])
    error_message = "Lambda takes names of up to 100 characters"
  }
}

run "lambda_does_not_retry_a_job_by_itself" {
  command = plan
  variables {
    max_queue_seconds = 900
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this.function_name == var.settings.function_arn
    error_message = "the state machine decides about retries"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 900
    error_message = "a job must not wait for hours after its task has ended"
  }
}

run "without_a_limit_a_job_waits_as_long_as_lambda_lets_it" {
  command = plan

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 21600
    error_message = "six hours"
  }
}

run "the_function_may_be_in_the_dispatcher_s_loop" {
  command = plan

  assert {
    condition     = aws_lambda_function_recursion_config.this.recursive_loop == "Allow" && aws_lambda_function_recursion_config.this.function_name == "process"
    error_message = "Lambda must not stop the sixteenth job in a row"
  }
}

run "the_role_gets_the_worker_s_policy_and_failed_invocations_are_reported" {
  command = plan

  assert {
    condition     = aws_iam_role_policy.worker[0].role == "process" && aws_iam_role_policy.worker[0].name == "studio-words-worker" && aws_iam_role_policy.worker[0].policy == output.worker_policy_json
    error_message = "the function may report"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.this.destination_config[0].on_failure[0].destination == var.stack.reporter_arn && length(aws_lambda_function_event_invoke_config.this.destination_config[0].on_success) == 0
    error_message = "failures go to the reporter, and only failures"
  }
  assert {
    condition     = toset(jsondecode(output.worker_policy_json).Statement[*].Sid) == toset(["ReportTasks", "ReadTasks", "SettleTasks", "ReadAndKeepPayloads", "FreeSlots", "ReadSlots", "MakeDispatchRequests", "ReportFailedInvocations"]) && jsondecode(output.worker_policy_json).Statement[0].Resource == ["arn:aws:states:eu-west-1:123456789012:activity:studio-words"]
    error_message = "what a function needs, for its own activity only"
  }
}

run "a_role_that_is_not_ours_is_left_alone" {
  command = plan
  variables {
    settings = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process" }
  }

  assert {
    condition     = length(aws_iam_role_policy.worker) == 0 && length(aws_lambda_function_event_invoke_config.this.destination_config) == 0
    error_message = "Lambda refuses a destination that the role may not invoke"
  }
}

run "failed_invocations_are_reported_once_the_policy_is_there" {
  command = plan
  variables {
    settings = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process", report_failures = true }
  }

  assert {
    condition     = length(aws_iam_role_policy.worker) == 0 && aws_lambda_function_event_invoke_config.this.destination_config[0].on_failure[0].destination == var.stack.reporter_arn
    error_message = "the user has attached the policy"
  }
}

run "one_function_behind_several_activities_and_callbacks" {
  command = plan
  variables {
    activities = ["letters", "invoices"]
    callbacks  = true
  }

  assert {
    condition = jsondecode(output.worker_policy_json).Statement[0].Resource == concat(
      [for name in ["letters", "invoices"] : "arn:aws:states:eu-west-1:123456789012:activity:studio-${name}"],
      [for name in ["studio", "studio-*", "orders"] : "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}"],
    )
    error_message = "these activities, and callbacks on the stack's state machines"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name     = "with space"
    settings = { function_arn = "process" }
  }
  expect_failures = [var.name, var.settings]
}

run "rejects_an_alias" {
  command = plan
  variables {
    settings = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process:live" }
  }
  expect_failures = [var.settings]
}

run "rejects_a_time_in_the_queue_that_lambda_does_not_offer" {
  command = plan
  variables {
    max_queue_seconds = 59
  }
  expect_failures = [aws_lambda_function_event_invoke_config.this]
}

run "rejects_a_time_in_the_queue_above_six_hours" {
  command = plan
  variables {
    max_queue_seconds = 21601
  }
  expect_failures = [aws_lambda_function_event_invoke_config.this]
}
