mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "rejects_a_wrong_name" {
  command = plan
  variables {
    name = "with space"
  }
  expect_failures = [var.name]
}

run "rejects_an_image_without_a_name" {
  command = plan
  variables {
    settings = { container = { image = "" } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_environment_without_cpus" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, compute = { max_cpus = 0 } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_unknown_compute_type" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, compute = { type = "SPOT" } }
  }
  expect_failures = [var.settings]
}

run "rejects_instance_types_on_fargate" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, compute = { instance_types = ["c7i"] } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_invalid_instance_type" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, compute = { type = "EC2", instance_types = ["c7i large"] } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_invalid_queue" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, job_queue = "with space" }
  }
  expect_failures = [var.settings]
}

run "rejects_more_attempts_than_batch_allows" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, attempts = 11 }
  }
  expect_failures = [var.settings]
}

run "rejects_a_timeout_below_a_minute" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, job_timeout_seconds = 59 }
  }
  expect_failures = [var.settings]
}

run "rejects_environment_variables_reserved_for_the_job" {
  command = plan
  variables {
    settings = { container = { image = "worker", environment = { TASK_ID = "mine" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_environment_variables_reserved_for_batch" {
  command = plan
  variables {
    settings = { container = { image = "worker", environment = { AWS_BATCH_JOB_ID = "mine" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_secret_named_like_a_variable" {
  command = plan
  variables {
    settings = { container = { image = "worker", environment = { A = "1" }, secrets = { A = "arn:aws:ssm:eu-west-1:123456789012:parameter/mine" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_secret_that_is_no_arn" {
  command = plan
  variables {
    settings = { container = { image = "worker", secrets = { A = "studio/db" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_network_without_subnets" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, network = { vpc_id = "vpc-1", subnets = [] } }
  }
  expect_failures = [var.settings]
}

run "rejects_more_security_groups_than_a_job_can_have" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, network = { subnets = ["subnet-1"], security_groups = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"] } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_new_security_group_without_a_vpc" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, network = { subnets = ["subnet-1"] } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_queue_of_its_own_without_a_network" {
  command = plan
  variables {
    stack    = merge(var.stack, { network = null })
    settings = { container = { image = "worker" }, compute = {} }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_a_number_of_cpus_that_fargate_does_not_offer" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 3 } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_memory_that_fargate_does_not_offer_with_these_cpus" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 0.25, memory_mb = 4096 } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_fractions_of_a_cpu_on_instances" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 0.5, memory_mb = 1000 }, compute = { type = "EC2" } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_a_job_larger_than_the_compute_environment" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 16, memory_mb = 32768 }, compute = { max_cpus = 8 } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_gpus_on_fargate" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { gpus = 1 } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_shared_memory_on_fargate" {
  command = plan
  variables {
    settings = { container = { image = "worker", shared_memory_mb = 64 } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_limits_on_fargate" {
  command = plan
  variables {
    settings = { container = { image = "worker", ulimits = { nofile = { soft = 1, hard = 1 } } } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_gpus_on_instance_types_without_gpus" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { gpus = 1 }, compute = { type = "EC2" } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_arm64_on_other_instance_types" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { architecture = "ARM64" }, compute = { type = "EC2", instance_types = ["optimal"] } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_an_unknown_architecture" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { architecture = "arm64" } }
  }
  expect_failures = [var.settings]
}

run "rejects_too_little_disk" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { ephemeral_storage_gb = 20 } }
  }
  expect_failures = [var.settings]
}

run "rejects_disk_on_instances" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { ephemeral_storage_gb = 30 }, compute = { type = "EC2" } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_a_volume_at_a_relative_path" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, efs_volumes = { data = { file_system_id = "fs-1", container_path = "data" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_retention_that_does_not_exist" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, log_retention_days = 31 }
  }
  expect_failures = [var.settings]
}

run "rejects_a_broken_policy" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, policies = { broken = "{}" } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_policy_named_worker" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, policies = { worker = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" } }
  }
  expect_failures = [var.settings]
}

run "rejects_repositories_by_pattern" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, repository_arns = ["*"] }
  }
  expect_failures = [var.settings]
}

run "rejects_a_name_too_long_for_its_roles" {
  command = plan
  variables {
    name = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
  }
  expect_failures = [aws_iam_role.this]
}

run "rejects_an_activity_of_another_name" {
  command = plan
  variables {
    activities = ["words", "letters"]
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_more_tags_than_a_job_may_have" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, tags = { for number in range(50) : "key-${number}" => "value" } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_a_secret_named_like_a_limit_that_the_module_sets" {
  command = plan
  variables {
    settings = { container = { image = "worker", secrets = { TASK_TIMEOUT_SECONDS = "arn:aws:ssm:eu-west-1:123456789012:parameter/mine" } } }
  }
  expect_failures = [var.settings]
}
