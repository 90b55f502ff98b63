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

run "rejects_memory_that_fargate_does_not_offer_with_these_cpus" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 0.25, memory_mb = 4096 } }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_memory_between_the_steps" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 8, memory_mb = 17408 } }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_a_number_of_cpus_that_fargate_does_not_offer" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 3, memory_mb = 8192 } }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_too_little_disk" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { ephemeral_storage_gb = 20 } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_unknown_architecture" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { architecture = "arm64" } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_invalid_cluster" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, cluster = "with space" }
  }
  expect_failures = [var.settings]
}

run "rejects_no_cluster_at_all" {
  command = plan
  variables {
    stack = merge(var.stack, { cluster_arn = null })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_no_network_at_all" {
  command = plan
  variables {
    stack = merge(var.stack, { network = null })
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_a_network_without_subnets" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, network = { subnets = [], security_groups = ["sg-1"] } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_network_without_security_groups" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, network = { subnets = ["subnet-1"], security_groups = [] } }
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

run "rejects_too_long_a_stop_timeout" {
  command = plan
  variables {
    settings = { container = { image = "worker", stop_timeout_seconds = 121 } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_job_timeout_of_zero" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, job_timeout_seconds = 0 }
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

run "rejects_secrets_named_like_variables_reserved_for_the_job" {
  command = plan
  variables {
    settings = { container = { image = "worker", secrets = { TASK_TABLE = "arn:aws:ssm:eu-west-1:123456789012:parameter/mine" } } }
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

run "rejects_a_sidecar_s_secret_that_is_no_arn" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { proxy = { image = "envoy", secrets = { A = "studio/db" } } } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_sidecar_named_like_the_job" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { job = { image = "envoy" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_unknown_condition_of_a_sidecar" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { proxy = { image = "envoy", job_waits_for = "READY" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_waiting_for_the_health_of_a_sidecar_that_does_not_check_it" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { proxy = { image = "envoy", job_waits_for = "HEALTHY" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_waiting_for_the_end_of_an_essential_sidecar" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { setup = { image = "setup", essential = true, job_waits_for = "SUCCESS" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_empty_capacity" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, capacity = [] }
  }
  expect_failures = [var.settings]
}

run "rejects_two_bases" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, capacity = [{ provider = "FARGATE", base = 1 }, { provider = "FARGATE_SPOT", base = 1 }] }
  }
  expect_failures = [var.settings]
}

run "rejects_fargate_mixed_with_instances" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, capacity = [{ provider = "FARGATE" }, { provider = "gpus" }] }
  }
  expect_failures = [var.settings]
}

run "rejects_gpus_on_fargate" {
  command = plan
  variables {
    settings = { container = { image = "worker", gpus = 1 } }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_shared_memory_on_fargate" {
  command = plan
  variables {
    settings = { container = { image = "worker", shared_memory_mb = 64 } }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_limits_on_fargate_other_than_open_files" {
  command = plan
  variables {
    settings = { container = { image = "worker", ulimits = { memlock = { soft = 1, hard = 1 } } } }
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_a_volume_named_tmp" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, efs_volumes = { tmp = { file_system_id = "fs-1", container_path = "/data" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_volume_at_a_relative_path" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, efs_volumes = { data = { file_system_id = "fs-1", container_path = "data" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_a_directory_of_an_access_point" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, efs_volumes = { data = { file_system_id = "fs-1", container_path = "/data", root_directory = "/a", access_point_id = "fsap-1" } } }
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
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_a_secret_named_like_a_limit_that_the_module_sets" {
  command = plan
  variables {
    settings = { container = { image = "worker", secrets = { TASK_TIMEOUT_SECONDS = "arn:aws:ssm:eu-west-1:123456789012:parameter/mine" } } }
  }
  expect_failures = [var.settings]
}
