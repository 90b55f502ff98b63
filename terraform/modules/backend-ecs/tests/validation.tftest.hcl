mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "rejects_memory_that_fargate_does_not_offer_with_these_cpus" {
  command = plan
  variables {
    size = { cpu = 0.25, memory_mb = 4096 }
  }
  expect_failures = [var.size]
}

run "rejects_memory_between_the_steps" {
  command = plan
  variables {
    size = { cpu = 8, memory_mb = 17408 }
  }
  expect_failures = [var.size]
}

run "rejects_a_number_of_cpus_that_fargate_does_not_offer" {
  command = plan
  variables {
    size = { cpu = 3, memory_mb = 8192 }
  }
  expect_failures = [var.size]
}

run "rejects_too_little_disk" {
  command = plan
  variables {
    size = { ephemeral_storage_gb = 20 }
  }
  expect_failures = [var.size]
}

run "rejects_an_unknown_architecture" {
  command = plan
  variables {
    size = { architecture = "arm64" }
  }
  expect_failures = [var.size]
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name               = "with space"
    container          = { image = "" }
    cluster            = "with space"
    network            = { vpc_id = "vpc-1", subnets = [] }
    policies           = { broken = "{}" }
    repository_arns    = ["*"]
    log_retention_days = 31
    kms_key_arn        = "alias/mine"
  }
  expect_failures = [
    var.name, var.container, var.cluster, var.network, var.policies, var.repository_arns, var.log_retention_days,
    var.kms_key_arn,
  ]
}

run "rejects_too_long_a_stop_timeout" {
  command = plan
  variables {
    container = { image = "worker", stop_timeout_seconds = 121 }
  }
  expect_failures = [var.container]
}

run "rejects_a_timeout_of_zero" {
  command = plan
  variables {
    timeout_seconds = 0
  }
  expect_failures = [var.timeout_seconds]
}

run "rejects_environment_variables_reserved_for_the_job" {
  command = plan
  variables {
    container = { image = "worker", environment = { TASK_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "rejects_a_new_security_group_without_a_vpc" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"] }
  }
  expect_failures = [var.network]
}

run "rejects_more_security_groups_than_a_job_can_have" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"], security_groups = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"] }
  }
  expect_failures = [var.network]
}

run "rejects_a_policy_named_worker" {
  command = plan
  variables {
    policies = { worker = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  expect_failures = [var.policies]
}
