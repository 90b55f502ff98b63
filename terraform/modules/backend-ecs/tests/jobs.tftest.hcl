mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words" }
  }
}

override_resource {
  target          = aws_iam_role.this["task"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-task" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-execution" }
}

run "a_job_is_one_logged_container" {
  command = plan
  variables {
    container = {
      image                = "worker"
      command              = ["python", "-m", "process"]
      environment          = { MODE = "fast" }
      stop_timeout_seconds = 60
    }
    timeout_seconds = 900
    worker = {
      environment = { TASK_TABLE = "first-tasks" }
      policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this.container_definitions) == [{
      name      = "job"
      image     = "worker"
      command   = ["python", "-m", "process"]
      essential = true
      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" }, { name = "AWS_REGION", value = "eu-west-1" },
        { name = "MODE", value = "fast" }, { name = "TASK_GRACE_SECONDS", value = "50" },
        { name = "TASK_TABLE", value = "first-tasks" }, { name = "TASK_TIMEOUT_SECONDS", value = "900" },
      ]
      stopTimeout            = 60
      linuxParameters        = { initProcessEnabled = true }
      readonlyRootFilesystem = false
      mountPoints            = []
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/words"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "jobs"
          mode                  = "blocking"
        }
      }
    }]
    error_message = "the definition must have image, command, region, both environments and the log group"
  }
  assert {
    condition     = aws_iam_role_policy.task["worker"].policy == var.worker.policy_json
    error_message = "a job may report"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "logs must expire"
  }
}

run "the_image_decides_what_runs_by_default" {
  command = plan

  assert {
    condition     = length(setintersection(keys(jsondecode(aws_ecs_task_definition.this.container_definitions)[0]), ["command", "entryPoint"])) == 0
    error_message = "the definition must not set a command or an entrypoint"
  }
  assert {
    condition     = length(aws_iam_role_policy.task) == 0
    error_message = "a container that knows nothing of tasks gets no permissions"
  }
}

run "a_plain_container_only_gets_its_region" {
  command = plan

  assert {
    condition     = [for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name] == ["AWS_DEFAULT_REGION", "AWS_REGION"]
    error_message = "the container must not get what only the worker understands"
  }
}

run "worker_limits_can_be_changed" {
  command = plan
  variables {
    container = { image = "worker", stop_timeout_seconds = 2, environment = { TASK_STDOUT = "log" } }
    worker = {
      environment = { TASK_TABLE = "first-tasks" }
      policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition     = { for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name => variable.value if startswith(variable.name, "TASK_") } == { TASK_GRACE_SECONDS = "0", TASK_STDOUT = "log", TASK_TABLE = "first-tasks" }
    error_message = "a short stop leaves no grace period, no timeout sets no limit, and the user's environment stays"
  }
}

run "accepts_an_entrypoint" {
  command = plan
  variables {
    container = { image = "busybox", entrypoint = ["sh", "-c"], command = ["true"] }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].entryPoint == ["sh", "-c"]
    error_message = "the entrypoint must replace the image's"
  }
}

run "a_job_has_the_requested_size" {
  command = plan
  variables {
    size = { cpu = 4, memory_mb = 30720, ephemeral_storage_gb = 200, architecture = "ARM64" }
  }

  assert {
    condition     = aws_ecs_task_definition.this.cpu == "4096" && aws_ecs_task_definition.this.memory == "30720"
    error_message = "vCPUs in Fargate's units, memory in MB"
  }
  assert {
    condition     = aws_ecs_task_definition.this.ephemeral_storage[0].size_in_gib == 200 && aws_ecs_task_definition.this.runtime_platform[0].cpu_architecture == "ARM64"
    error_message = "disk and architecture must be as requested"
  }
}

run "a_job_has_the_smallest_size_by_default" {
  command = plan

  assert {
    condition     = aws_ecs_task_definition.this.cpu == "256" && aws_ecs_task_definition.this.memory == "512" && length(aws_ecs_task_definition.this.ephemeral_storage) == 0
    error_message = "a quarter of a vCPU, and the disk that is free of charge"
  }
  assert {
    condition     = aws_ecs_task_definition.this.requires_compatibilities == toset(["FARGATE"]) && aws_ecs_task_definition.this.network_mode == "awsvpc"
    error_message = "what Fargate needs"
  }
}

run "tmp_stays_writable_on_a_read_only_root" {
  command = plan
  variables {
    container = { image = "worker", read_only_root_filesystem = true }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints == [{ sourceVolume = "tmp", containerPath = "/tmp" }]
    error_message = "the worker keeps its files in /tmp"
  }
  assert {
    condition     = [for volume in aws_ecs_task_definition.this.volume : volume.name] == ["tmp"]
    error_message = "the task must have the volume"
  }
}

run "encrypts_logs_with_a_customer_key" {
  command = plan
  variables {
    kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/1"
    log_retention_days = 1
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 1
    error_message = "key and retention must be set"
  }
}

run "accepts_the_largest_memory_of_each_number_of_cpus" {
  command = plan
  variables {
    size = { cpu = 16, memory_mb = 122880 }
  }

  assert {
    condition     = { for cpu, memory_mb in local.memory_mb : cpu => [length(memory_mb), max(memory_mb...)] } == { "0.25" = [3, 2048], "0.5" = [4, 4096], "1" = [7, 8192], "2" = [13, 16384], "4" = [23, 30720], "8" = [12, 61440], "16" = [12, 122880] }
    error_message = "AWS's table"
  }
}
