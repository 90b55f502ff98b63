mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:words" }
  }
}

variables {
  name = "words"
  dispatch_queue = {
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
    arn = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
  }
}

run "refuses_wrong_values" {
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

run "refuses_a_heartbeat_as_long_as_the_time_limit" {
  command = plan
  variables {
    heartbeat_seconds = 600
    timeout_seconds   = 600
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_a_time_limit_above_that_of_step_functions" {
  command = plan
  variables {
    timeout_seconds = 100000000
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_a_queue_key_that_is_no_key" {
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

run "refuses_a_retry_without_an_error" {
  command = plan
  variables {
    retry = [{ error_equals = [] }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_retry_that_waits_longer_than_its_longest_wait" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], interval_seconds = 400 }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_wait_of_a_part_of_a_second" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], interval_seconds = 1.5 }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_part_of_an_attempt" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 2.5 }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_longest_wait_of_a_part_of_a_second" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_delay_seconds = 30.5 }]
  }
  expect_failures = [var.retry]
}

run "refuses_more_attempts_than_step_functions_allows" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed"], max_attempts = 100000000 }]
  }
  expect_failures = [var.retry]
}

run "refuses_all_errors_beside_another" {
  command = plan
  variables {
    retry = [{ error_equals = ["Job.Failed", "States.ALL"] }]
  }
  expect_failures = [var.retry]
}

run "refuses_all_errors_before_another" {
  command = plan
  variables {
    retry = [{ error_equals = ["States.ALL"] }, { error_equals = ["Job.Failed"] }]
  }
  expect_failures = [var.retry]
}

run "refuses_a_mode_that_is_none" {
  command = plan
  variables {
    wake_up = "pull"
  }
  expect_failures = [var.wake_up]
}

run "refuses_a_delay_that_sqs_has_not" {
  command = plan
  variables {
    overflow_after_seconds = 901
  }
  expect_failures = [var.overflow_after_seconds]
}

run "refuses_to_leave_to_workers_what_the_poller_takes" {
  command = plan
  variables {
    wake_up                = "poll"
    overflow_after_seconds = 10
  }
  expect_failures = [var.overflow_after_seconds]
}

run "refuses_requests_without_a_queue" {
  command = plan
  variables {
    dispatch_queue = null
  }
  expect_failures = [var.dispatch_queue]
}
