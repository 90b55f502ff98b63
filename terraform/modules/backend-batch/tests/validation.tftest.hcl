mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name               = "with space"
    container          = { image = "" }
    compute            = { max_cpus = 0 }
    job_queue          = "with space"
    attempts           = 11
    timeout_seconds    = 59
    policies           = { broken = "{}" }
    repository_arns    = ["*"]
    log_retention_days = 31
    kms_key_arn        = "alias/mine"
  }
  expect_failures = [
    var.name, var.container, var.compute, var.job_queue, var.attempts, var.timeout_seconds, var.policies,
    var.repository_arns, var.log_retention_days, var.kms_key_arn,
  ]
}

run "rejects_environment_variables_reserved_for_the_job" {
  command = plan
  variables {
    container = { image = "worker", environment = { TASK_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "rejects_environment_variables_reserved_for_batch" {
  command = plan
  variables {
    container = { image = "worker", environment = { AWS_BATCH_JOB_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "rejects_a_network_without_subnets" {
  command = plan
  variables {
    network = { vpc_id = "vpc-1" }
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

run "rejects_a_new_security_group_without_a_vpc" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"] }
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

run "rejects_an_unknown_compute_type" {
  command = plan
  variables {
    compute = { type = "SPOT" }
  }
  expect_failures = [var.compute]
}

run "rejects_instance_types_on_fargate" {
  command = plan
  variables {
    compute = { instance_types = ["c7i"] }
  }
  expect_failures = [var.compute]
}

run "rejects_an_invalid_instance_type" {
  command = plan
  variables {
    compute = { type = "EC2", instance_types = ["c7i large"] }
  }
  expect_failures = [var.compute]
}

run "rejects_a_number_of_cpus_that_fargate_does_not_offer" {
  command = plan
  variables {
    size = { cpu = 3 }
  }
  expect_failures = [var.size]
}

run "rejects_memory_that_fargate_does_not_offer_with_these_cpus" {
  command = plan
  variables {
    size = { cpu = 0.25, memory_mb = 4096 }
  }
  expect_failures = [var.size]
}

run "rejects_fractions_of_a_cpu_on_instances" {
  command = plan
  variables {
    size    = { cpu = 0.5, memory_mb = 1000 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}

run "rejects_a_job_larger_than_the_compute_environment" {
  command = plan
  variables {
    size    = { cpu = 16, memory_mb = 32768 }
    compute = { max_cpus = 8 }
  }
  expect_failures = [var.size]
}

run "rejects_gpus_on_fargate" {
  command = plan
  variables {
    size = { gpus = 1 }
  }
  expect_failures = [var.size]
}

run "rejects_gpus_on_instance_types_without_gpus" {
  command = plan
  variables {
    size    = { gpus = 1 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}

run "rejects_arm64_on_other_instance_types" {
  command = plan
  variables {
    size    = { architecture = "ARM64" }
    compute = { type = "EC2", instance_types = ["optimal"] }
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

run "rejects_too_little_disk" {
  command = plan
  variables {
    size = { ephemeral_storage_gb = 20 }
  }
  expect_failures = [var.size]
}

run "rejects_disk_on_instances" {
  command = plan
  variables {
    size    = { ephemeral_storage_gb = 30 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}
