mock_provider "aws" {}

variables {
  name         = "words"
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process"
}

run "lambda_does_not_retry_a_job_by_itself" {
  command = plan

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this.function_name == var.function_arn
    error_message = "the state machine decides about retries"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 900
    error_message = "a job must not wait for hours after its task has ended"
  }
}

run "the_function_may_be_in_the_dispatcher_s_loop" {
  command = plan

  assert {
    condition     = aws_lambda_function_recursion_config.this.recursive_loop == "Allow" && aws_lambda_function_recursion_config.this.function_name == "process"
    error_message = "Lambda must not stop the sixteenth job in a row"
  }
}

run "failed_invocations_are_not_reported_by_default" {
  command = plan

  assert {
    condition     = length(aws_lambda_function_event_invoke_config.this.destination_config) == 0
    error_message = "there must be no destination"
  }
}

run "failed_invocations_are_reported_to_the_reporter" {
  command = plan
  variables {
    failure_destination_arn = "arn:aws:lambda:eu-west-1:123456789012:function:first-reporter"
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.destination_config[0].on_failure[0].destination == var.failure_destination_arn && length(aws_lambda_function_event_invoke_config.this.destination_config[0].on_success) == 0
    error_message = "failures go to the reporter, and only failures"
  }
}

run "alarms_when_a_job_is_dropped" {
  command = plan
  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"]
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dropped.dimensions.FunctionName == "process" && aws_cloudwatch_metric_alarm.dropped.alarm_actions == toset(var.alarm_actions)
    error_message = "the alarm watches the function and notifies"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name                    = "with space"
    function_arn            = "process"
    max_queue_seconds       = 59
    failure_destination_arn = "reporter"
    alarm_actions           = ["oncall"]
  }
  expect_failures = [var.name, var.function_arn, var.max_queue_seconds, var.failure_destination_arn, var.alarm_actions]
}

