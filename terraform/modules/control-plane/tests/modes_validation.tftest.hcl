mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
}

variables {
  packages = {
    dispatcher = {
      bucket = "artefacts"
      key    = "functions/dispatcher-1.zip"
      hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
    reporter = {
      bucket = "artefacts"
      key    = "functions/reporter-1.zip"
      hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
    reconciler = {
      bucket = "artefacts"
      key    = "functions/reconciler-1.zip"
      hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
    }
    poller   = { bucket = "artefacts", key = "functions/poller-1.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    listener = { bucket = "artefacts", key = "functions/listener-1.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
  }
  activities = {
    words = {
      arn               = "arn:aws:states:eu-west-1:123456789012:activity:words"
      backend           = "words"
      heartbeat_seconds = 180
      timeout_seconds   = 3600
      wake_up           = "poll"
      pollers           = 3
    }
    lines = {
      arn                 = "arn:aws:states:eu-west-1:123456789012:activity:lines"
      backend             = "words"
      heartbeat_seconds   = 60
      timeout_seconds     = 600
      allowed_overrides   = ["command"]
      max_concurrent_jobs = 5
      wake_up             = "logs"

      overflow_after_seconds = 30
    }
  }
  log_group_names    = ["/aws/vendedlogs/states/words"]
  state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:words"]
}

run "rejects_modes_without_their_zips_and_logs" {
  command = plan
  variables {
    packages = {
      for name in ["dispatcher", "reporter", "reconciler"] : name => { bucket = "artefacts", key = name, hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    }
    log_group_names = []
  }
  expect_failures = [var.packages, var.log_group_names]
}

run "rejects_an_unknown_mode" {
  command = plan
  variables {
    activities = { words = { arn = "arn:aws:states:eu-west-1:123456789012:activity:words", backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600, wake_up = "pull" } }
  }
  expect_failures = [var.activities]
}

run "rejects_workers_without_state_machines" {
  command = plan
  variables {
    state_machine_arns = []
  }
  expect_failures = [var.state_machine_arns]
}

run "rejects_an_overflow_in_mode_poll" {
  command = plan
  variables {
    activities = { words = { arn = "arn:aws:states:eu-west-1:123456789012:activity:words", backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600, wake_up = "poll", overflow_after_seconds = 10 } }
  }
  expect_failures = [var.activities]
}

run "rejects_an_overflow_longer_than_a_message_delay" {
  command = plan
  variables {
    activities = { words = { arn = "arn:aws:states:eu-west-1:123456789012:activity:words", backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600, overflow_after_seconds = 901 } }
  }
  expect_failures = [var.activities]
}

run "rejects_more_polls_than_one_function_can_make" {
  command = plan
  variables {
    activities = { words = { arn = "arn:aws:states:eu-west-1:123456789012:activity:words", backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600, wake_up = "poll", pollers = 401 } }
  }
  expect_failures = [var.activities]
}

run "rejects_a_callback_target_with_an_arn" {
  command = plan
  variables {
    activities         = { words = { arn = "arn:aws:states:eu-west-1:123456789012:activity:words", backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600, wake_up = "callback" } }
    state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"]
  }
  expect_failures = [var.activities]
}

run "rejects_callbacks_without_state_machines" {
  command = plan
  variables {
    activities         = { words = { backend = "words", heartbeat_seconds = 180, timeout_seconds = 3600, wake_up = "callback" } }
    state_machine_arns = []
  }
  expect_failures = [var.state_machine_arns]
}

run "rejects_waiting_callbacks_with_a_short_heartbeat" {
  command = plan
  variables {
    activities         = { words = { backend = "words", heartbeat_seconds = 60, timeout_seconds = 3600, wake_up = "callback", max_concurrent_jobs = 1 } }
    state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"]
  }
  expect_failures = [var.activities]
}

run "rejects_an_environment_without_names_1" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["environment"] } }
    log_group_names = []
  }
  expect_failures = [var.activities]
}

run "rejects_an_environment_without_names_2" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["environment.*"] } }
    log_group_names = []
  }
  expect_failures = [var.activities]
}

run "rejects_an_environment_without_names_3" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["environment.1A"] } }
    log_group_names = []
  }
  expect_failures = [var.activities]
}

run "rejects_variables_that_choose_code_1" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["environment.PYTHON*"] } }
    log_group_names = []
  }
  expect_failures = [var.activities]
}

run "rejects_variables_that_choose_code_2" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["environment.LD_PRELOAD"] } }
    log_group_names = []
  }
  expect_failures = [var.activities]
}

run "rejects_variables_that_choose_code_3" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["environment.https_proxy"] } }
    log_group_names = []
  }
  expect_failures = [var.activities]
}

run "rejects_variables_that_choose_code_4" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["environment.TASK_TABLE"] } }
    log_group_names = []
  }
  expect_failures = [var.activities]
}

run "accepts_listed_variables" {
  command = plan
  variables {
    activities      = { lines = { arn = "arn:aws:states:eu-west-1:123456789012:activity:lines", backend = "words", heartbeat_seconds = 60, timeout_seconds = 600, allowed_overrides = ["command", "environment.MODE", "environment.APP_*"] } }
    log_group_names = []
  }
}
