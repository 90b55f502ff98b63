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
  }
  expect_failures = [var.name, var.backends, var.wake_ups]
}

run "rejects_a_name_that_a_prefix_would_not_end" {
  command = plan
  variables {
    name = "first-"
  }
  expect_failures = [var.name]
}

run "rejects_a_name_too_long_for_its_functions" {
  command = plan
  variables {
    name = "a-name-of-more-than-forty-characters-is-it"
  }
  expect_failures = [var.name]
}

run "rejects_a_stack_without_backends" {
  command = plan
  variables {
    backends = []
  }
  expect_failures = [var.backends]
}

run "rejects_a_stack_without_zips" {
  command = plan
  variables {
    packages = {}
  }
  expect_failures = [var.packages]
}

run "rejects_zips_in_two_places" {
  command = plan
  variables {
    packages = { dir = "zips", bucket = "releases" }
  }
  expect_failures = [var.packages]
}

run "rejects_subnets_without_a_vpc" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"] }
  }
  expect_failures = [var.network]
}

run "rejects_security_groups_without_a_vpc" {
  command = plan
  variables {
    network = { security_groups = ["sg-1"] }
  }
  expect_failures = [var.network]
}

run "rejects_a_vpc_without_subnets" {
  command = plan
  variables {
    network = { vpc_id = "vpc-1" }
  }
  expect_failures = [var.network]
}

run "rejects_a_queue_without_cpus" {
  command = plan
  variables {
    network = { max_cpus = 0.5 }
  }
  expect_failures = [var.network]
}

run "rejects_an_arn_in_place_of_a_cluster_s_name" {
  command = plan
  variables {
    existing = { cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" }
  }
  expect_failures = [var.existing]
}

run "rejects_a_pattern_where_jobs_run" {
  command = plan
  variables {
    existing = { job_queue = "night-*" }
  }
  expect_failures = [var.existing]
}

run "rejects_a_bucket_s_arn" {
  command = plan
  variables {
    existing = { data_bucket = "arn:aws:s3:::our-data" }
  }
  expect_failures = [var.existing]
}

run "rejects_a_pattern_that_does_not_end_in_an_asterisk" {
  command = plan
  variables {
    existing = { state_machines = ["*-orders"] }
  }
  expect_failures = [var.existing]
}

run "rejects_an_arn_of_a_state_machine" {
  command = plan
  variables {
    existing = { state_machines = ["arn:aws:states:eu-west-1:123456789012:stateMachine:orders"] }
  }
  expect_failures = [var.existing]
}

run "rejects_a_name_of_an_unknown_function" {
  command = plan
  variables {
    names = { functions = { checker = "x" } }
  }
  expect_failures = [var.names]
}

run "rejects_a_handle_that_is_no_path" {
  command = plan
  variables {
    names = { handle = "ours" }
  }
  expect_failures = [var.names]
}

run "rejects_paths_that_iam_refuses" {
  command = plan
  variables {
    iam = { path = "company" }
  }
  expect_failures = [var.iam]
}

run "rejects_a_jobs_path_that_iam_refuses" {
  command = plan
  variables {
    iam = { job_path = "/jobs" }
  }
  expect_failures = [var.iam]
}

run "rejects_a_boundary_that_is_no_policy" {
  command = plan
  variables {
    iam = { permissions_boundary_arn = "arn:aws:iam::123456789012:role/boundary" }
  }
  expect_failures = [var.iam]
}

run "rejects_too_few_dispatchers" {
  command = plan
  variables {
    dispatch = { max_dispatchers = 1 }
  }
  expect_failures = [var.dispatch]
}

run "rejects_polls_without_a_pause" {
  command = plan
  variables {
    dispatch = { missed_task_poll_minutes = 0 }
  }
  expect_failures = [var.dispatch]
}

run "rejects_a_share_of_nothing" {
  command = plan
  variables {
    dispatch = { reserved_concurrency = { reporter = 0 } }
  }
  expect_failures = [var.dispatch]
}

run "rejects_tasks_that_are_kept_for_no_time" {
  command = plan
  variables {
    data = { task_retention_days = 0 }
  }
  expect_failures = [var.data]
}

run "rejects_payloads_that_are_kept_for_no_time" {
  command = plan
  variables {
    data = { payload_retention_days = 0 }
  }
  expect_failures = [var.data]
}

run "rejects_an_alias_of_a_key" {
  command = plan
  variables {
    data = { queue_kms_key_arn = "alias/mine" }
  }
  expect_failures = [var.data]
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
