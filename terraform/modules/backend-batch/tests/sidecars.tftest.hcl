mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/batch/studio-words" }
  }
}

override_resource {
  target          = aws_iam_role.this["job"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-job", tags_all = { team = "films" } }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-job-execution" }
}

run "without_sidecars_nothing_is_other_than_it_was" {
  command = plan

  assert {
    condition     = aws_batch_job_definition.this.ecs_properties == null && aws_batch_job_definition.this.container_properties != null
    error_message = "a definition of one container keeps its form: no plan shows a difference"
  }
  assert {
    condition     = length(setintersection(keys(jsondecode(output.backend.config)), ["container", "sidecars"])) == 0
    error_message = "and so does the description"
  }
}

run "sidecars_stand_beside_the_job" {
  command = plan
  variables {
    settings = {
      container   = { image = "worker", command = ["process"], secrets = { KEY = "arn:aws:ssm:eu-west-1:123456789012:parameter/studio/key" } }
      worker      = false
      size        = { cpu = 1, memory_mb = 2048, ephemeral_storage_gb = 30 }
      efs_volumes = { models = { file_system_id = "fs-1", container_path = "/models" } }
      sidecars = {
        setup = { image = "setup", command = ["prepare"], job_waits_for = "SUCCESS", size = { cpu = 0.1, memory_mb = 256 } }
        proxy = {
          image         = "envoy"
          environment   = { LEVEL = "info" }
          essential     = true
          job_waits_for = "START"
          log_options   = { "awslogs-multiline-pattern" = "^\\[", "awslogs-group" = "/elsewhere" }
          secrets       = { CERTIFICATE = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/proxy-d4e5f6:pem::" }
        }
      }
    }
  }

  assert {
    condition     = aws_batch_job_definition.this.container_properties == null
    error_message = "a definition has one of both forms"
  }
  assert {
    condition = jsondecode(aws_batch_job_definition.this.ecs_properties).taskProperties[0].containers == [
      {
        name                   = "job"
        image                  = "worker"
        command                = ["process"]
        essential              = true
        environment            = [{ name = "AWS_DEFAULT_REGION", value = "eu-west-1" }, { name = "AWS_REGION", value = "eu-west-1" }]
        secrets                = [{ name = "KEY", valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/studio/key" }]
        resourceRequirements   = [{ type = "MEMORY", value = "1280" }, { type = "VCPU", value = "0.65" }]
        readonlyRootFilesystem = false
        linuxParameters        = { initProcessEnabled = true }
        logConfiguration       = { logDriver = "awslogs", options = { awslogs-group = "/batch/studio-words", awslogs-region = "eu-west-1", awslogs-stream-prefix = "jobs" } }
        mountPoints            = [{ sourceVolume = "models", containerPath = "/models", readOnly = false }]
        dependsOn              = [{ containerName = "proxy", condition = "START" }, { containerName = "setup", condition = "SUCCESS" }]
      },
      {
        name                 = "proxy"
        image                = "envoy"
        essential            = true
        environment          = [{ name = "LEVEL", value = "info" }]
        secrets              = [{ name = "CERTIFICATE", valueFrom = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/proxy-d4e5f6:pem::" }]
        resourceRequirements = [{ type = "MEMORY", value = "512" }, { type = "VCPU", value = "0.25" }]
        logConfiguration     = { logDriver = "awslogs", options = { awslogs-group = "/batch/studio-words", awslogs-multiline-pattern = "^\\[", awslogs-region = "eu-west-1", awslogs-stream-prefix = "jobs" } }
      },
      {
        name                 = "setup"
        image                = "setup"
        command              = ["prepare"]
        essential            = false
        environment          = []
        resourceRequirements = [{ type = "MEMORY", value = "256" }, { type = "VCPU", value = "0.1" }]
        logConfiguration     = { logDriver = "awslogs", options = { awslogs-group = "/batch/studio-words", awslogs-region = "eu-west-1", awslogs-stream-prefix = "jobs" } }
      },
    ]
    error_message = "the job's container comes first and waits for its sidecars, which have their own settings, and nothing of tasks; together they have the job's size"
  }
  assert {
    condition = { for key, value in jsondecode(aws_batch_job_definition.this.ecs_properties).taskProperties[0] : key => value if key != "containers" } == {
      taskRoleArn          = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-job"
      executionRoleArn     = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-job-execution"
      volumes              = [{ name = "models", efsVolumeConfiguration = { fileSystemId = "fs-1", transitEncryption = "ENABLED", authorizationConfig = { iam = "ENABLED" } } }]
      networkConfiguration = { assignPublicIp = "ENABLED" }
      platformVersion      = "LATEST"
      runtimePlatform      = { operatingSystemFamily = "LINUX", cpuArchitecture = "X86_64" }
      ephemeralStorage     = { sizeInGiB = 30 }
    }
    error_message = "roles, volumes and what Fargate asks are the task's"
  }
  assert {
    condition     = { for key, value in jsondecode(output.backend.config) : key => value if contains(["container", "sidecars"], key) } == { container = "job", sidecars = { cpu = 0.35, memory_mb = 768 } }
    error_message = "the dispatcher is told which container is the job's, and what the others take of its size"
  }
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => statement.Resource if statement.Sid != "WriteJobLogs" } == {
      ReadSecrets    = ["arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/proxy-d4e5f6"]
      ReadParameters = ["arn:aws:ssm:eu-west-1:123456789012:parameter/studio/key"]
    }
    error_message = "ECS reads the secrets of all containers"
  }
}

run "sidecars_on_instances_have_whole_cpus" {
  command = plan
  variables {
    settings = {
      container = { image = "worker", shared_memory_mb = 64 }
      size      = { cpu = 4, memory_mb = 8000, gpus = 1 }
      compute   = { type = "EC2", instance_types = ["g5"] }
      sidecars  = { proxy = { image = "envoy" } }
    }
  }

  assert {
    condition = jsonencode([for container in jsondecode(aws_batch_job_definition.this.ecs_properties).taskProperties[0].containers : container.resourceRequirements]) == jsonencode([
      [{ type = "GPU", value = "1" }, { type = "MEMORY", value = "7488" }, { type = "VCPU", value = "3" }],
      [{ type = "MEMORY", value = "512" }, { type = "VCPU", value = "1" }],
    ])
    error_message = "Batch takes no fraction there; the job has the GPUs"
  }
  assert {
    condition     = toset(keys(jsondecode(aws_batch_job_definition.this.ecs_properties).taskProperties[0])) == toset(["containers", "executionRoleArn", "taskRoleArn"])
    error_message = "Batch refuses on EC2 what is Fargate's"
  }
}

run "rejects_a_sidecar_named_like_the_job" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { job = { image = "envoy" } } }
  }
  expect_failures = [var.settings]
}

run "rejects_an_eleventh_container" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { for number in range(10) : "helper-${number}" => { image = "envoy" } } }
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

run "rejects_a_sidecar_s_variable_that_batch_sets" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, sidecars = { proxy = { image = "envoy", environment = { AWS_BATCH_JOB_ID = "mine" } } } }
  }
  expect_failures = [var.settings]
}

run "rejects_waiting_for_health_which_batch_does_not_check" {
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

run "rejects_sidecars_that_leave_nothing_to_the_job" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 0.25, memory_mb = 512 }, sidecars = { proxy = { image = "envoy" } } }
  }
  expect_failures = [aws_batch_job_definition.this]
}

run "rejects_fractions_of_a_cpu_of_a_sidecar_on_instances" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 2 }, compute = { type = "EC2" }, sidecars = { proxy = { image = "envoy", size = { cpu = 0.5 } } } }
  }
  expect_failures = [aws_batch_job_definition.this]
}
