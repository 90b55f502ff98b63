mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name     = "with space"
    backends = ["lambda", "fargate"]
    wake_ups = ["poll", "requests"]
    packages = {}
    network  = { subnets = ["subnet-1"] }
    existing = { cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" }
    names    = { functions = { checker = "x" } }
    iam      = { path = "company" }
    dispatch = { max_dispatchers = 1 }
    data     = { task_retention_days = 0 }
  }
  expect_failures = [var.name, var.backends, var.wake_ups, var.packages, var.network, var.existing, var.names, var.iam, var.dispatch, var.data]
}

run "rejects_other_wrong_values" {
  command = plan
  variables {
    name     = "first-"
    backends = []
    packages = { dir = "zips", bucket = "releases" }
    network  = { security_groups = ["sg-1"] }
    existing = { job_queue = "night-*" }
    names    = { handle = "ours" }
    iam      = { job_path = "/jobs" }
    dispatch = { missed_task_poll_minutes = 0 }
    data     = { payload_retention_days = 0 }
  }
  expect_failures = [var.name, var.backends, var.packages, var.network, var.existing, var.names, var.iam, var.dispatch, var.data]
}

run "rejects_too_long_a_name_and_what_is_no_key_or_policy" {
  command = plan
  variables {
    name     = "a-name-of-more-than-forty-characters-is-it"
    network  = { vpc_id = "vpc-1" }
    existing = { data_bucket = "arn:aws:s3:::our-data" }
    iam      = { permissions_boundary_arn = "arn:aws:iam::123456789012:role/boundary" }
    dispatch = { reserved_concurrency = { reporter = 0 } }
    data     = { queue_kms_key_arn = "alias/mine" }
  }
  expect_failures = [var.name, var.network, var.existing, var.iam, var.dispatch, var.data]
}

run "rejects_a_pattern_that_does_not_end_in_an_asterisk" {
  command = plan
  variables {
    network  = { max_cpus = 0.5 }
    existing = { state_machines = ["*-orders"] }
  }
  expect_failures = [var.network, var.existing]
}

run "rejects_an_arn_of_a_state_machine" {
  command = plan
  variables {
    existing = { state_machines = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"] }
  }
  expect_failures = [var.existing]
}

run "accepts_the_aws_managed_boundary_and_the_longest_name" {
  command = plan
  variables {
    name = "a-name-of-exactly-forty-characters-is-ok"
    iam  = { permissions_boundary_arn = "arn:aws:iam::aws:policy/PowerUserAccess" }
  }

  assert {
    condition     = length(var.name) == 40 && output.handle.iam.permissions_boundary_arn == "arn:aws:iam::aws:policy/PowerUserAccess"
    error_message = "the settings must be as given"
  }
}
