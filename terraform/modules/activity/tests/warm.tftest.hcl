mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  ecs            = { container = { image = "worker:1" } }
  linger_seconds = 20
}

run "a_warm_activity_says_so" {
  command = plan

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).linger_seconds == 20
    error_message = "the library reads the setting"
  }
}

run "an_activity_that_is_not_warm_is_described_as_before" {
  command = plan
  variables {
    linger_seconds = null
  }

  assert {
    condition     = !contains(keys(jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S)), "linger_seconds")
    error_message = "a setting that is off changes no description"
  }
}

run "rejects_a_function" {
  command = plan
  variables {
    ecs    = null
    lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words", role = { name = "words" } }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_training" {
  command = plan
  variables {
    ecs       = null
    sagemaker = { container = { image = "fit:1" } }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_job_tags" {
  command = plan
  variables {
    job_tags = { allowed = ["team"] }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_overrides" {
  command = plan
  variables {
    allowed_overrides = ["cpu"]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_wrong_values" {
  command = plan
  variables {
    linger_seconds    = 601
    max_tasks_per_job = 1
  }
  expect_failures = [var.linger_seconds, var.max_tasks_per_job]
}
