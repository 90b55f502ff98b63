mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  lambda        = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words", role = { name = "words" } }
  event_bus_arn = "arn:aws:events:eu-west-1:123456789012:event-bus/films"
}

run "an_activity_names_its_event_bus" {
  command = plan

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).event_bus_arn == "arn:aws:events:eu-west-1:123456789012:event-bus/films"
    error_message = "the library reads the setting"
  }
}

run "without_one_an_activity_is_described_as_before" {
  command = plan
  variables {
    event_bus_arn = null
  }

  assert {
    condition     = !contains(keys(jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S)), "event_bus_arn")
    error_message = "a setting that is off changes no description"
  }
}

run "a_callback_target_may_have_one" {
  command = plan
  variables {
    wake_up = "callback"
  }

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).event_bus_arn == "arn:aws:events:eu-west-1:123456789012:event-bus/films"
    error_message = "callbacks' tasks are tasks"
  }
}

run "rejects_a_bus_to_which_the_stack_may_not_send" {
  command = plan
  variables {
    event_bus_arn = "arn:aws:events:eu-west-1:123456789012:event-bus/other"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_name" {
  command = plan
  variables {
    event_bus_arn = "films"
  }
  expect_failures = [var.event_bus_arn]
}
