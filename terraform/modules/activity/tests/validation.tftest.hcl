mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words" }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name                   = "with space"
    heartbeat_seconds      = 1.5
    timeout_seconds        = 1
    allowed_overrides      = ["environment"]
    max_concurrent_jobs    = 0
    max_queue_seconds      = 59
    wake_up                = "pull"
    pollers                = 401
    overflow_after_seconds = 901
  }
  expect_failures = [
    var.name, var.heartbeat_seconds, var.timeout_seconds, var.allowed_overrides, var.max_concurrent_jobs, var.max_queue_seconds,
    var.wake_up, var.pollers, var.overflow_after_seconds,
  ]
}

run "rejects_a_handle_of_another_version" {
  command = plan
  variables {
    stack = merge(var.stack, { version = 2 })
  }
  expect_failures = [var.stack]
}

run "rejects_what_is_no_handle" {
  command = plan
  variables {
    stack = { name = "studio" }
  }
  expect_failures = [var.stack]
}

run "rejects_an_activity_without_a_backend" {
  command = plan
  variables {
    lambda = null
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_two_backends" {
  command = plan
  variables {
    ecs = { container = { image = "words" } }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_backend_that_the_stack_does_not_permit" {
  command = plan
  variables {
    stack = merge(var.stack, { backends = ["ecs", "batch"] })
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_wake_up_that_the_stack_does_not_have" {
  command = plan
  variables {
    stack   = merge(var.stack, { wake_ups = ["requests", "callback"] })
    wake_up = "poll"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_misspelt_setting" {
  command = plan
  variables {
    lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words", rolle = { name = "words" } }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_misspelt_setting_within_others" {
  command = plan
  variables {
    lambda = null
    ecs    = { container = { image = "words", comand = ["true"] } }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_misspelt_setting_of_a_sidecar" {
  command = plan
  variables {
    lambda = null
    ecs    = { container = { image = "words" }, sidecars = { proxy = { image = "envoy", job_wait_for = "START" } } }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_misspelt_setting_of_a_health_check_in_a_sidecar" {
  command = plan
  variables {
    lambda = null
    ecs    = { container = { image = "words" }, sidecars = { proxy = { image = "envoy", health_check = { command = ["true"], retry = 2 } } } }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_backend_of_another_name" {
  command = plan
  variables {
    lambda  = null
    backend = { kind = "ecs", name = "other", config = "{}" }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_name_that_only_begins_like_the_backend_s" {
  command = plan
  variables {
    name    = "wordsmith"
    lambda  = null
    backend = { kind = "batch", name = "words", config = "{\"job_queue\":\"words\"}" }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_heartbeat_as_long_as_the_timeout" {
  command = plan
  variables {
    heartbeat_seconds = 600
    timeout_seconds   = 600
  }
  expect_failures = [output.process_state]
}

run "rejects_a_default_heartbeat_as_long_as_the_timeout" {
  command = plan
  variables {
    timeout_seconds = 300
  }
  expect_failures = [output.process_state]
}

run "rejects_a_heartbeat_of_zero" {
  command = plan
  variables {
    heartbeat_seconds = 0
  }
  expect_failures = [output.process_state]
}

run "rejects_a_timeout_above_the_limit_of_step_functions" {
  command = plan
  variables {
    timeout_seconds = 100000000
  }
  expect_failures = [var.timeout_seconds]
}

run "rejects_an_overflow_in_mode_poll" {
  command = plan
  variables {
    wake_up                = "poll"
    overflow_after_seconds = 10
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_an_overflow_of_callbacks" {
  command = plan
  variables {
    wake_up                = "callback"
    overflow_after_seconds = 10
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_short_heartbeat_of_callbacks_that_wait_for_slots" {
  command = plan
  variables {
    wake_up             = "callback"
    max_concurrent_jobs = 1
    heartbeat_seconds   = 179
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_overrides_that_ecs_does_not_have" {
  command = plan
  variables {
    lambda            = null
    ecs               = { container = { image = "words" } }
    allowed_overrides = ["disk"]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_overrides_that_batch_does_not_have" {
  command = plan
  variables {
    lambda            = null
    batch             = { container = { image = "words" } }
    allowed_overrides = ["disk"]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_overrides_that_sagemaker_does_not_have" {
  command = plan
  variables {
    lambda            = null
    sagemaker         = { container = { image = "words" } }
    allowed_overrides = ["command"]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_an_environment_without_names" {
  command = plan
  variables {
    allowed_overrides = ["environment.*"]
  }
  expect_failures = [var.allowed_overrides]
}

run "rejects_variables_that_an_interpreter_reads" {
  command = plan
  variables {
    allowed_overrides = ["environment.LD_PRELOAD", "environment.PYTHON*", "environment.AWS_REGION"]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}
