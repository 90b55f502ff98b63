mock_provider "aws" {}

variables {
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process"
}

run "outputs_what_every_backend_outputs" {
  command = plan

  assert {
    condition     = output.backend.name == "lambda" && jsondecode(output.backend.config) == { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process" }
    error_message = "the dispatcher learns which function to invoke"
  }
  assert {
    condition     = toset(keys(output.backend)) == toset(["name", "config", "policy_json", "report_policy_json", "event_pattern", "job_names"]) && output.backend.event_pattern == null && output.backend.report_policy_json == null
    error_message = "the same keys as every backend; a function reports for itself"
  }
}

run "the_dispatcher_may_only_invoke_this_function" {
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

run "rejects_wrong_values" {
  command = plan
  variables {
    function_arn = "process"
  }
  expect_failures = [var.function_arn]
}

run "rejects_an_alias" {
  command = plan
  variables {
    function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process:live"
  }
  expect_failures = [var.function_arn]
}
