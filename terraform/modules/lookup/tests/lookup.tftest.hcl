mock_provider "aws" {
  mock_data "aws_ssm_parameter" {
    defaults = { insecure_value = "{\"version\":1,\"name\":\"first\",\"queue\":{\"url\":\"https://sqs/first\",\"kms_key_arn\":null},\"backends\":[\"lambda\",\"ecs\"]}" }
  }
}

variables {
  name = "first"
}

run "the_handle_is_what_the_stack_wrote" {
  command = plan

  assert {
    condition     = data.aws_ssm_parameter.handle.name == "/activity-dispatch/first"
    error_message = "the parameter is found by the stack's name"
  }
  assert {
    condition     = jsonencode(output.handle) == jsonencode({ version = 1, name = "first", queue = { url = "https://sqs/first", kms_key_arn = null }, backends = ["lambda", "ecs"] })
    error_message = "the handle must be as written"
  }
  assert {
    condition     = !issensitive(output.handle)
    error_message = "what is sensitive can't decide on a count or a for_each"
  }
}

run "the_parameter_can_have_another_name" {
  command = plan
  variables {
    parameter = "/ours/first"
  }

  assert {
    condition     = data.aws_ssm_parameter.handle.name == "/ours/first"
    error_message = "the name must be as given"
  }
}

run "rejects_a_parameter_that_is_no_handle" {
  command = plan
  override_data {
    target = data.aws_ssm_parameter.handle
    values = { insecure_value = "{\"url\":\"https://somewhere\"}" }
  }
  expect_failures = [output.handle]
}

run "rejects_a_parameter_that_is_no_json" {
  command = plan
  override_data {
    target = data.aws_ssm_parameter.handle
    values = { insecure_value = "first" }
  }
  expect_failures = [output.handle]
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name      = "First"
    parameter = "ours/first"
  }
  expect_failures = [var.name, var.parameter]
}
