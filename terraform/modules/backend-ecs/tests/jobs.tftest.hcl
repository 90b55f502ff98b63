mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/studio-words" }
  }
}

override_resource {
  target          = aws_iam_role.this["task"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-task" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-execution" }
}

run "a_job_is_one_logged_container" {
  command = plan
  variables {
    settings = {
      container = {
        image                = "worker"
        command              = ["python", "-m", "process"]
        environment          = { MODE = "fast" }
        stop_timeout_seconds = 60
      }
    }
    timeout_seconds = 900
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this.container_definitions) == [{
      name      = "job"
      image     = "worker"
      command   = ["python", "-m", "process"]
      essential = true
      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" }, { name = "AWS_REGION", value = "eu-west-1" },
        { name = "MODE", value = "fast" }, { name = "PAYLOAD_BUCKET", value = "studio-data" },
        { name = "TASK_GRACE_SECONDS", value = "50" }, { name = "TASK_RETENTION_DAYS", value = "7" },
        { name = "TASK_TABLE", value = "studio-tasks" }, { name = "TASK_TIMEOUT_SECONDS", value = "900" },
      ]
      stopTimeout            = 60
      linuxParameters        = { initProcessEnabled = true }
      readonlyRootFilesystem = false
      mountPoints            = []
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/studio-words"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "jobs"
          mode                  = "blocking"
        }
      }
    }]
    error_message = "the definition must have image, command, region, both environments and the log group, and nothing that is not set"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.task["worker"].policy).Statement[0].Sid == "ReportTasks"
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
    condition     = length(setintersection(keys(jsondecode(aws_ecs_task_definition.this.container_definitions)[0]), ["command", "entryPoint", "secrets", "healthCheck", "ulimits", "resourceRequirements", "dependsOn"])) == 0
    error_message = "the definition must not set what is not given"
  }
}

run "a_plain_container_only_gets_its_region" {
  command = plan
  variables {
    settings = { container = { image = "busybox", entrypoint = ["sh", "-c"], command = ["true"] }, worker = false }
  }

  assert {
    condition     = [for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name] == ["AWS_DEFAULT_REGION", "AWS_REGION"]
    error_message = "the container must not get what only the worker understands"
  }
  assert {
    condition     = length(aws_iam_role_policy.task) == 0
    error_message = "a container that knows nothing of tasks gets no permissions"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].entryPoint == ["sh", "-c"]
    error_message = "the entrypoint must replace the image's"
  }
}

run "worker_limits_can_be_changed" {
  command = plan
  variables {
    settings = { container = { image = "worker", stop_timeout_seconds = 2, environment = { TASK_STDOUT = "log" } }, job_timeout_seconds = 60 }
  }

  assert {
    condition = { for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name => variable.value if startswith(variable.name, "TASK_") } == {
      TASK_GRACE_SECONDS = "0", TASK_STDOUT = "log", TASK_TABLE = "studio-tasks", TASK_TIMEOUT_SECONDS = "60", TASK_RETENTION_DAYS = "7"
    }
    error_message = "a short stop leaves no grace period, the program has its own limit, and the user's environment stays"
  }
}

run "a_job_has_the_requested_size" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 4, memory_mb = 30720, ephemeral_storage_gb = 200, architecture = "ARM64" } }
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
    settings = { container = { image = "worker", read_only_root_filesystem = true } }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints == [{ sourceVolume = "tmp", containerPath = "/tmp", readOnly = false }]
    error_message = "the worker keeps its files in /tmp"
  }
  assert {
    condition     = [for volume in aws_ecs_task_definition.this.volume : [volume.name, length(volume.efs_volume_configuration)]] == [["tmp", 0]]
    error_message = "the task must have the volume"
  }
}

run "file_systems_are_mounted_with_the_job_s_role" {
  command = plan
  variables {
    settings = {
      container = { image = "worker", read_only_root_filesystem = true }
      efs_volumes = {
        models   = { file_system_id = "fs-1", container_path = "/models", read_only = true, access_point_id = "fsap-1" }
        work-dir = { file_system_id = "fs-2", container_path = "/mnt/work", root_directory = "/jobs" }
      }
    }
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints == [
      { sourceVolume = "models", containerPath = "/models", readOnly = true },
      { sourceVolume = "work-dir", containerPath = "/mnt/work", readOnly = false },
      { sourceVolume = "tmp", containerPath = "/tmp", readOnly = false },
    ]
    error_message = "the job's container must have each at its path"
  }
  assert {
    condition = jsonencode({ for volume in aws_ecs_task_definition.this.volume : volume.name => [for efs in volume.efs_volume_configuration : [efs.file_system_id, efs.transit_encryption, efs.authorization_config[0].iam, efs.authorization_config[0].access_point_id]] }) == jsonencode({
      models = [["fs-1", "ENABLED", "ENABLED", "fsap-1"]], work-dir = [["fs-2", "ENABLED", "ENABLED", null]], tmp = []
    })
    error_message = "encrypted on the way, and never without the job's role"
  }
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.task["worker"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] if startswith(statement.Sid, "Mount") } == {
      MountModels  = [["elasticfilesystem:ClientMount"], ["arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1"]]
      MountWorkDir = [["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], ["arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-2"]]
    }
    error_message = "the job may write only to what is not read-only"
  }
}

run "a_container_that_checks_its_own_health_and_logs_with_more_options" {
  command = plan
  variables {
    settings = { container = {
      image        = "worker"
      health_check = { command = ["CMD-SHELL", "test -e /tmp/ready"], interval_seconds = 10, start_period_seconds = 60 }
      log_options  = { "awslogs-multiline-pattern" = "^\\[", "awslogs-group" = "/elsewhere" }
      ulimits      = { nofile = { soft = 4096, hard = 8192 } }
    } }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck == { command = ["CMD-SHELL", "test -e /tmp/ready"], interval = 10, timeout = 5, retries = 3, startPeriod = 60 }
    error_message = "the check must be as given"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].logConfiguration.options == { "awslogs-multiline-pattern" = "^\\[", "awslogs-group" = "/ecs/studio-words", "awslogs-region" = "eu-west-1", "awslogs-stream-prefix" = "jobs", mode = "blocking" }
    error_message = "options are added, but the reporter reads the log where it looks for it"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].ulimits == [{ name = "nofile", softLimit = 4096, hardLimit = 8192 }]
    error_message = "Fargate takes a limit of open files"
  }
}

run "sidecars_stand_beside_the_job" {
  command = plan
  variables {
    settings = {
      container = { image = "worker", environment = { MODE = "fast" } }
      sidecars = {
        setup = { image = "setup", command = ["prepare"], job_waits_for = "SUCCESS" }
        proxy = {
          image         = "envoy"
          entrypoint    = ["envoy"]
          environment   = { LEVEL = "info" }
          essential     = true
          health_check  = { command = ["CMD", "ready"] }
          job_waits_for = "HEALTHY"
          secrets       = { CERTIFICATE = "arn:aws:ssm:eu-west-1:123456789012:parameter/studio/certificate" }
        }
      }
    }
  }

  assert {
    condition     = [for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : [container.name, container.essential]] == [["job", true], ["proxy", true], ["setup", false]]
    error_message = "the job's container comes first; a sidecar's end is not the task's unless it is said"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].dependsOn == [{ containerName = "proxy", condition = "HEALTHY" }, { containerName = "setup", condition = "SUCCESS" }]
    error_message = "the job waits for its sidecars"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[1].environment == [{ name = "LEVEL", value = "info" }] && jsondecode(aws_ecs_task_definition.this.container_definitions)[1].entryPoint == ["envoy"] && jsondecode(aws_ecs_task_definition.this.container_definitions)[1].healthCheck.command == ["CMD", "ready"] && jsondecode(aws_ecs_task_definition.this.container_definitions)[1].secrets[0].name == "CERTIFICATE"
    error_message = "a sidecar has its own settings, and nothing of tasks"
  }
  assert {
    condition     = alltrue([for container in jsondecode(aws_ecs_task_definition.this.container_definitions) : container.logConfiguration.options["awslogs-group"] == "/ecs/studio-words"])
    error_message = "sidecars log too"
  }
}

run "encrypts_logs_with_a_customer_key" {
  command = plan
  variables {
    stack    = merge(var.stack, { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1", kms_key_arns = ["arn:aws:kms:eu-west-1:123456789012:key/1"] })
    settings = { container = { image = "worker" }, log_retention_days = 1 }
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/1" && aws_cloudwatch_log_group.this.retention_in_days == 1
    error_message = "key and retention must be set"
  }
  assert {
    condition     = contains(jsondecode(aws_iam_role_policy.task["worker"].policy).Statement[*].Sid, "UseKeysOfTablePayloadsAndQueues")
    error_message = "the job may use the key"
  }
}

run "accepts_the_largest_memory_of_each_number_of_cpus" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 16, memory_mb = 122880 } }
  }

  assert {
    condition     = { for cpu, memory_mb in local.memory_mb : cpu => [length(memory_mb), max(memory_mb...)] } == { "0.25" = [3, 2048], "0.5" = [4, 4096], "1" = [7, 8192], "2" = [13, 16384], "4" = [23, 30720], "8" = [12, 61440], "16" = [12, 122880] }
    error_message = "AWS's table"
  }
}

run "the_environment_overrides_the_worker_s_limits" {
  command = plan
  variables {
    settings = { container = { image = "worker", environment = { TASK_GRACE_SECONDS = "5", TASK_TIMEOUT_SECONDS = "7" } } }
  }

  assert {
    condition     = { for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name => variable.value if endswith(variable.name, "_SECONDS") } == { TASK_GRACE_SECONDS = "5", TASK_TIMEOUT_SECONDS = "7" }
    error_message = "the user's limits must win over the module's"
  }
}
