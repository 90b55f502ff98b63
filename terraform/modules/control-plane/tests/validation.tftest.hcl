mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
}

run "rejects_an_activity_with_a_missing_backend" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "fargate"
        heartbeat_seconds = 180
        timeout_seconds   = 3600
      }
    }
  }
  expect_failures = [var.backends]
}

run "rejects_a_dispatcher_without_activities" {
  command = plan
  variables {
    activities = {}
  }
  expect_failures = [var.activities]
}

run "rejects_an_invalid_activity_arn" {
  command = plan
  variables {
    activities = {
      words = { arn = "words", backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600 }
    }
  }
  expect_failures = [var.activities]
}

run "rejects_a_heartbeat_as_long_as_the_timeout" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "words"
        heartbeat_seconds = 600
        timeout_seconds   = 600
      }
    }
  }
  expect_failures = [var.activities]
}

run "rejects_a_backend_without_config" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "[]", policy_json = "{\"Statement\":[]}" } }
  }
  expect_failures = [var.backends]
}

run "rejects_a_backend_without_policy" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "{}", policy_json = "{}" } }
  }
  expect_failures = [var.backends]
}

run "rejects_an_invalid_report_policy" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "{}", policy_json = "{\"Statement\":[]}", report_policy_json = "{}" } }
  }
  expect_failures = [var.backends]
}

run "rejects_an_invalid_event_pattern" {
  command = plan
  variables {
    backends = { words = { name = "lambda", config = "{}", policy_json = "{\"Statement\":[]}", event_pattern = "{}" } }
  }
  expect_failures = [var.backends]
}

run "rejects_a_key_too_long_for_a_rule_name" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "a-key-that-is-longer-than-a-rule-s-name-can-be-with-the-name"
        heartbeat_seconds = 180
        timeout_seconds   = 3600
      }
    }
    backends = {
      a-key-that-is-longer-than-a-rule-s-name-can-be-with-the-name = { name = "lambda", config = "{}", policy_json = "{\"Statement\":[]}" }
    }
  }
  expect_failures = [var.backends]
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name                = "with space"
    payload_bucket      = { name = "payloads", arn = "payloads" }
    concurrency         = { max_dispatchers = 1 }
    task_retention_days = 0
    kms_key_arn         = "alias/mine"
  }
  expect_failures = [
    var.name, var.payload_bucket, var.concurrency, var.task_retention_days, var.kms_key_arn,
  ]
}

run "rejects_an_invalid_state_machine_arn" {
  command = plan
  variables {
    state_machine_arns       = ["words"]
    missed_task_poll_minutes = 0
  }
  expect_failures = [var.state_machine_arns, var.missed_task_poll_minutes]
}

run "rejects_invalid_slots_and_queue_times" {
  command = plan
  variables {
    activities = {
      words = {
        arn                 = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend             = "words"
        heartbeat_seconds   = 60
        timeout_seconds     = 600
        max_concurrent_jobs = 0
        max_queue_seconds   = 59
      }
    }
  }
  expect_failures = [var.activities]
}

run "rejects_a_backend_named_like_another_rule" {
  command = plan
  variables {
    activities = {
      words = {
        arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
        backend           = "executions"
        heartbeat_seconds = 60
        timeout_seconds   = 600
      }
    }
    backends = {
      executions = {
        name        = "lambda"
        config      = "{}"
        policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
      }
    }
  }
  expect_failures = [var.backends]
}
