mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:words" }
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name              = "with space"
    dispatch_queue    = { url = "dispatch", arn = "dispatch", kms_key_arn = "alias/mine" }
    heartbeat_seconds = 0
    retry             = [{ error_equals = [] }, { error_equals = ["Job.Failed"], backoff_rate = 0.5 }]
    state_prefix      = "a/b"
    alarm_actions     = ["oncall"]
  }
  expect_failures = [
    var.name, var.dispatch_queue, var.heartbeat_seconds, var.retry, var.state_prefix, var.alarm_actions,
  ]
}

run "rejects_a_heartbeat_as_long_as_the_timeout" {
  command = plan
  variables {
    heartbeat_seconds = 600
    timeout_seconds   = 600
  }
  expect_failures = [var.timeout_seconds]
}

run "rejects_a_timeout_above_the_limit_of_step_functions" {
  command = plan
  variables {
    timeout_seconds = 100000000
  }
  expect_failures = [var.timeout_seconds]
}

run "rejects_an_invalid_queue_key" {
  command = plan
  variables {
    dispatch_queue = {
      url         = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
      arn         = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
      kms_key_arn = "alias/mine"
    }
  }
  expect_failures = [var.dispatch_queue]
}

run "rejects_a_retry_without_an_error" {
  command = plan
  variables {
    retry = [{ error_equals = [] }]
  }
  expect_failures = [var.retry]
}

run "rejects_a_retry_interval_above_its_maximum" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], interval_seconds = 400 }]
  }
  expect_failures = [var.retry]
}

run "rejects_a_fractional_retry_interval" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], interval_seconds = 1.5 }]
  }
  expect_failures = [var.retry]
}

run "rejects_a_fractional_number_of_attempts" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 2.5 }]
  }
  expect_failures = [var.retry]
}

run "rejects_a_fractional_maximum_delay" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_delay_seconds = 30.5 }]
  }
  expect_failures = [var.retry]
}

run "rejects_more_attempts_than_step_functions_allows" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 100000000 }]
  }
  expect_failures = [var.retry]
}

run "rejects_states_all_together_with_another_error" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed", "States.ALL"] }]
  }
  expect_failures = [var.retry]
}

run "rejects_states_all_before_another_rule" {
  command = plan
  variables {
    retry = [{ error_equals = ["States.ALL"] }, { error_equals = ["Job.Failed"] }]
  }
  expect_failures = [var.retry]
}

run "rejects_an_unknown_mode" {
  command = plan
  variables {
    wake_up = "pull"
  }
  expect_failures = [var.wake_up]
}

run "rejects_a_delay_that_sqs_does_not_offer" {
  command = plan
  variables {
    overflow_after_seconds = 901
  }
  expect_failures = [var.overflow_after_seconds]
}

run "rejects_an_overflow_in_mode_poll" {
  command = plan
  variables {
    wake_up                = "poll"
    overflow_after_seconds = 10
  }
  expect_failures = [var.overflow_after_seconds]
}

run "rejects_requests_without_a_queue" {
  command = plan
  variables {
    dispatch_queue = null
  }
  expect_failures = [var.dispatch_queue]
}
