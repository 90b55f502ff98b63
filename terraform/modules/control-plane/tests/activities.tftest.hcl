# What the control plane renders is the same in all run blocks of this file: tests/judges/growth.py compares them.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "no_activity" {
  command = plan
  module {
    source = "./tests/many"
  }
  variables {
    of_each_kind = 0
  }

  assert {
    condition     = length(output.names) == 0
    error_message = "there must be a stack without activities"
  }
}

run "a_hundred_activities" {
  command = plan
  module {
    source = "./tests/many"
  }
  variables {
    of_each_kind = 25
  }

  assert {
    condition     = length(output.names) == 100
    error_message = "there must be a hundred"
  }
  assert {
    condition     = jsonencode(output.handle) == jsonencode(run.no_activity.handle)
    error_message = "the handle must not tell of activities: what other states read stays as it is"
  }
}
