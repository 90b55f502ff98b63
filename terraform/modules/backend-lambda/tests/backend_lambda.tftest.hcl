mock_provider "aws" {}

variables {
  name         = "words"
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process"
}

run "outputs_the_object_every_backend_outputs" {
  command = plan

  assert {
    condition     = output.backend.name == "lambda" && jsondecode(output.backend.config) == { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process" }
    error_message = "the dispatcher learns which function to invoke"
  }
  assert {
    condition     = toset(keys(output.backend)) == toset(["name", "config", "policy_json", "report_policy_json", "event_pattern"]) && output.backend.event_pattern == null && output.backend.report_policy_json == null
    error_message = "the same keys as every backend; a function reports for itself"
  }
}

run "the_dispatcher_may_invoke_this_function_only" {
  command = plan

  assert {
    condition = jsondecode(output.backend.policy_json).Statement == [{
      Sid      = "InvokeFunction"
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = ["arn:aws:lambda:eu-west-1:123456789012:function:process"]
    }]
    error_message = "one action on one function"
  }
}

run "lambda_does_not_repeat_a_job_by_itself" {
  command = plan

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.this.function_name == var.function_arn
    error_message = "a retry is the state machine's to decide"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_event_age_in_seconds == 900
    error_message = "a job does not wait for hours after its task is gone"
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

run "refuses_wrong_values" {
  command = plan
  variables {
    name              = "with space"
    function_arn      = "process"
    max_queue_seconds = 59
    alarm_actions     = ["oncall"]
  }
  expect_failures = [var.name, var.function_arn, var.max_queue_seconds, var.alarm_actions]
}

run "refuses_an_alias" {
  command = plan
  variables {
    function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process:live"
  }
  expect_failures = [var.function_arn]
}
