mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/batch/studio-words" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/studio-words" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/words-instance" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-1", latest_version = 3 }
  }
}

override_resource {
  target          = aws_iam_role.this["job"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-job", tags_all = { Project = "digits", team = "films" } }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-execution" }
}

run "says_what_the_library_reads" {
  command = plan

  assert {
    condition     = output.backend.kind == "batch" && output.backend.name == "words" && output.job_role_name == "studio-words-job" && output.log_group_name == "/batch/studio-words"
    error_message = "kind and names"
  }
  assert {
    condition = jsondecode(output.backend.config) == {
      job_queue      = "arn:aws:batch:eu-west-1:123456789012:job-queue/studio"
      job_definition = "studio-words"
      log_group      = "/batch/studio-words"
      tags           = { Project = "digits", team = "films", activity-dispatch = "studio" }
    }
    error_message = "the dispatcher tags each job: a definition's tags do not reach it, and who may end it is told by one"
  }
}

run "a_job_on_fargate_is_one_logged_container" {
  command = plan
  variables {
    settings = {
      container = { image = "worker", command = ["python", "-m", "process"], environment = { MODE = "fast" } }
      size      = { cpu = 0.25, memory_mb = 512, ephemeral_storage_gb = 30, architecture = "ARM64" }
    }
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.this.container_properties) == {
      image   = "worker"
      command = ["python", "-m", "process"]
      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" }, { name = "AWS_REGION", value = "eu-west-1" },
        { name = "MODE", value = "fast" }, { name = "PAYLOAD_BUCKET", value = "studio-data" },
        { name = "TASK_RETENTION_DAYS", value = "7" }, { name = "TASK_TABLE", value = "studio-tasks" },
        { name = "TASK_TIMEOUT_SECONDS", value = "3600" },
      ]
      resourceRequirements   = [{ type = "MEMORY", value = "512" }, { type = "VCPU", value = "0.25" }]
      jobRoleArn             = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-job"
      executionRoleArn       = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-execution"
      linuxParameters        = { initProcessEnabled = true }
      readonlyRootFilesystem = false
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/batch/studio-words"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "jobs"
        }
      }
      networkConfiguration         = { assignPublicIp = "ENABLED" }
      fargatePlatformConfiguration = { platformVersion = "LATEST" }
      runtimePlatform              = { operatingSystemFamily = "LINUX", cpuArchitecture = "ARM64" }
      ephemeralStorage             = { sizeInGiB = 30 }
    }
    error_message = "the definition must have image, command, region, both environments, size, roles and log group"
  }
  assert {
    condition     = aws_batch_job_definition.this.platform_capabilities == toset(["FARGATE"]) && aws_batch_job_definition.this.propagate_tags
    error_message = "the definition must be for Fargate, and tags must propagate"
  }
  assert {
    condition     = aws_batch_job_definition.this.timeout[0].attempt_duration_seconds == 3660
    error_message = "the worker must time out before Batch does"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.job["worker"].policy).Statement[0].Sid == "ReportTasks"
    error_message = "a job may report"
  }
}

run "a_plain_container_knows_nothing_of_tasks" {
  command = plan
  variables {
    settings = { container = { image = "busybox" }, worker = false }
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).command == [] && [for variable in jsondecode(aws_batch_job_definition.this.container_properties).environment : variable.name] == ["AWS_DEFAULT_REGION", "AWS_REGION"]
    error_message = "the definition must set no command and only the region"
  }
  assert {
    condition     = length(aws_iam_role_policy.job) == 0
    error_message = "it gets no permissions"
  }
  assert {
    condition     = aws_batch_job_definition.this.timeout[0].attempt_duration_seconds == 3600
    error_message = "Batch ends it at once"
  }
}

run "batch_retries_only_when_a_host_is_lost" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, attempts = 3, job_timeout_seconds = 60 }
  }

  assert {
    condition     = aws_batch_job_definition.this.retry_strategy[0].attempts == 3 && aws_batch_job_definition.this.timeout[0].attempt_duration_seconds == 120
    error_message = "attempts and timeout must be as requested"
  }
  assert {
    condition     = jsonencode([for rule in aws_batch_job_definition.this.retry_strategy[0].evaluate_on_exit : [lower(rule.action), rule.on_status_reason, rule.on_reason]]) == jsonencode([["retry", "Host EC2*", null], ["exit", null, "*"]])
    error_message = "Batch must retry only lost hosts"
  }
}

run "a_job_runs_once_by_default" {
  command = plan
  variables {
    timeout_seconds = 10
  }

  assert {
    condition     = aws_batch_job_definition.this.retry_strategy[0].attempts == 1
    error_message = "the state machine decides about retries"
  }
  assert {
    condition     = aws_batch_job_definition.this.timeout[0].attempt_duration_seconds == 120
    error_message = "Batch takes no limit below a minute"
  }
}

run "what_instances_offer" {
  command = plan
  variables {
    settings = {
      container = {
        image                     = "worker"
        shared_memory_mb          = 1024
        ulimits                   = { nofile = { soft = 1024, hard = 4096 }, memlock = { soft = -1, hard = -1 } }
        log_options               = { "awslogs-multiline-pattern" = "^\\[", "awslogs-group" = "/elsewhere" }
        read_only_root_filesystem = true
      }
      size    = { cpu = 2, memory_mb = 1000 }
      compute = { type = "EC2" }
    }
  }

  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).linuxParameters == { initProcessEnabled = true, sharedMemorySize = 1024 } && jsondecode(aws_batch_job_definition.this.container_properties).readonlyRootFilesystem
    error_message = "shared memory and root must be as given"
  }
  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).ulimits == [{ name = "memlock", softLimit = -1, hardLimit = -1 }, { name = "nofile", softLimit = 1024, hardLimit = 4096 }]
    error_message = "limits must be as given"
  }
  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).logConfiguration.options == { "awslogs-multiline-pattern" = "^\\[", "awslogs-group" = "/batch/studio-words", "awslogs-region" = "eu-west-1", "awslogs-stream-prefix" = "jobs" }
    error_message = "options are added, but the reporter reads the log where it looks for it"
  }
}

run "file_systems_are_mounted_with_the_job_s_role" {
  command = plan
  variables {
    settings = {
      container = { image = "worker" }
      efs_volumes = {
        models   = { file_system_id = "fs-1", container_path = "/models", read_only = true, access_point_id = "fsap-1" }
        work-dir = { file_system_id = "fs-2", container_path = "/mnt/work", root_directory = "/jobs" }
      }
    }
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.this.container_properties).mountPoints == [
      { sourceVolume = "models", containerPath = "/models", readOnly = true }, { sourceVolume = "work-dir", containerPath = "/mnt/work", readOnly = false },
    ]
    error_message = "the container must have each at its path"
  }
  assert {
    condition = jsondecode(aws_batch_job_definition.this.container_properties).volumes == [
      { name = "models", efsVolumeConfiguration = { fileSystemId = "fs-1", transitEncryption = "ENABLED", authorizationConfig = { iam = "ENABLED", accessPointId = "fsap-1" } } },
      { name = "work-dir", efsVolumeConfiguration = { fileSystemId = "fs-2", transitEncryption = "ENABLED", authorizationConfig = { iam = "ENABLED" }, rootDirectory = "/jobs" } },
    ]
    error_message = "encrypted on the way, and never without the job's role"
  }
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.job["worker"].policy).Statement : statement.Sid => [statement.Action, statement.Resource] if startswith(statement.Sid, "Mount") } == {
      MountModels  = [["elasticfilesystem:ClientMount"], ["arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-1"]]
      MountWorkDir = [["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"], ["arn:aws:elasticfilesystem:eu-west-1:123456789012:file-system/fs-2"]]
    }
    error_message = "the job may write only to what is not read-only"
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
}

run "the_environment_overrides_the_worker_s_limits" {
  command = plan
  variables {
    settings = { container = { image = "worker", environment = { TASK_GRACE_SECONDS = "5", TASK_TIMEOUT_SECONDS = "7" } } }
  }

  assert {
    condition     = { for variable in jsondecode(aws_batch_job_definition.this.container_properties).environment : variable.name => variable.value if endswith(variable.name, "_SECONDS") } == { TASK_GRACE_SECONDS = "5", TASK_TIMEOUT_SECONDS = "7" }
    error_message = "the user's limits must win over the module's"
  }
}
