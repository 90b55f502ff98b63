run "rejects_wrong_values" {
  command = plan
  variables {
    prefix         = "a/b"
    query_language = "jsonata"
    retry          = [{ error_equals = [] }, { error_equals = ["Job.Failed"], backoff_rate = 0.5 }]
    catch          = [{ error_equals = [], next = "Stop" }]
  }
  expect_failures = [var.prefix, var.query_language, var.retry, var.catch]
}

run "rejects_a_prefix_that_makes_a_state_s_name_too_long" {
  command = plan
  variables {
    prefix = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  }
  expect_failures = [var.prefix]
}

run "rejects_a_heartbeat_below_the_activity_s" {
  command = plan
  variables {
    heartbeat_seconds = 179
  }
  expect_failures = [output.state]
}

run "rejects_a_fractional_heartbeat" {
  command = plan
  variables {
    heartbeat_seconds = 180.5
  }
  expect_failures = [output.state]
}

run "rejects_a_timeout_above_the_activity_s" {
  command = plan
  variables {
    timeout_seconds = 3601
  }
  expect_failures = [output.state]
}

run "rejects_a_heartbeat_as_long_as_the_timeout" {
  command = plan
  variables {
    heartbeat_seconds = 600
    timeout_seconds   = 600
  }
  expect_failures = [output.state]
}

run "rejects_a_timeout_below_the_activity_s_heartbeat" {
  command = plan
  variables {
    timeout_seconds = 180
  }
  expect_failures = [output.state]
}

run "rejects_an_activity_without_an_arn" {
  command = plan
  variables {
    activity = merge(var.activity, { arn = null })
  }
  expect_failures = [output.state]
}

run "rejects_a_callback_target_with_an_arn" {
  command = plan
  variables {
    activity = merge(var.activity, { wake_up = "callback" })
  }
  expect_failures = [output.state]
}

run "rejects_an_output_in_jsonpath" {
  command = plan
  variables {
    catch = [{ error_equals = ["States.ALL"], next = "Stop", output = "{% $states.errorOutput %}" }]
  }
  expect_failures = [output.state]
}

run "rejects_a_result_path_in_jsonata" {
  command = plan
  variables {
    query_language = "JSONata"
    catch          = [{ error_equals = ["States.ALL"], next = "Stop", result_path = "$.failure" }]
  }
  expect_failures = [output.state]
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

run "rejects_states_all_before_another_catch" {
  command = plan
  variables {
    catch = [{ error_equals = ["States.ALL"], next = "Stop" }, { error_equals = ["Job.Failed"], next = "Stop" }]
  }
  expect_failures = [var.catch]
}
