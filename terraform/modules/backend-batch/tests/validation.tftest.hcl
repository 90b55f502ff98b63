mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  name      = "words"
  container = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/worker:1" }
  network   = { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-2"], assign_public_ip = true }
}

run "refuses_wrong_values" {
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

run "refuses_an_environment_that_is_the_job_s" {
  command = plan
  variables {
    container = { image = "worker", environment = { TASK_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "refuses_an_environment_that_is_batch_s" {
  command = plan
  variables {
    container = { image = "worker", environment = { AWS_BATCH_JOB_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "refuses_no_subnets" {
  command = plan
  variables {
    network = { vpc_id = "vpc-1" }
  }
  expect_failures = [var.network]
}

run "refuses_more_security_groups_than_a_job_can_have" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"], security_groups = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"] }
  }
  expect_failures = [var.network]
}

run "refuses_to_make_a_security_group_nowhere" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"] }
  }
  expect_failures = [var.network]
}

run "refuses_a_policy_under_the_worker_s_name" {
  command = plan
  variables {
    policies = { worker = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  expect_failures = [var.policies]
}

run "refuses_another_type_of_compute" {
  command = plan
  variables {
    compute = { type = "SPOT" }
  }
  expect_failures = [var.compute]
}

run "refuses_instance_types_on_fargate" {
  command = plan
  variables {
    compute = { instance_types = ["c7i"] }
  }
  expect_failures = [var.compute]
}

run "refuses_an_instance_type_that_is_none" {
  command = plan
  variables {
    compute = { type = "EC2", instance_types = ["c7i large"] }
  }
  expect_failures = [var.compute]
}

run "refuses_cpus_that_fargate_does_not_have" {
  command = plan
  variables {
    size = { cpu = 3 }
  }
  expect_failures = [var.size]
}

run "refuses_memory_that_does_not_go_with_fargate_s_cpus" {
  command = plan
  variables {
    size = { cpu = 0.25, memory_mb = 4096 }
  }
  expect_failures = [var.size]
}

run "refuses_part_of_a_cpu_on_instances" {
  command = plan
  variables {
    size    = { cpu = 0.5, memory_mb = 1000 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}

run "refuses_a_job_larger_than_all_the_compute" {
  command = plan
  variables {
    size    = { cpu = 16, memory_mb = 32768 }
    compute = { max_cpus = 8 }
  }
  expect_failures = [var.size]
}

run "refuses_gpus_on_fargate" {
  command = plan
  variables {
    size = { gpus = 1 }
  }
  expect_failures = [var.size]
}

run "refuses_gpus_on_types_that_have_none" {
  command = plan
  variables {
    size    = { gpus = 1 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}

run "refuses_arm64_on_types_that_are_not" {
  command = plan
  variables {
    size    = { architecture = "ARM64" }
    compute = { type = "EC2", instance_types = ["optimal"] }
  }
  expect_failures = [var.size]
}

run "refuses_another_architecture" {
  command = plan
  variables {
    size = { architecture = "arm64" }
  }
  expect_failures = [var.size]
}

run "refuses_too_little_disk" {
  command = plan
  variables {
    size = { ephemeral_storage_gb = 20 }
  }
  expect_failures = [var.size]
}

run "refuses_disk_on_instances" {
  command = plan
  variables {
    size    = { ephemeral_storage_gb = 30 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}
