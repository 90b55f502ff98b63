mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/batch/words" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/words" }
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
  values          = { arn = "arn:aws:iam::123456789012:role/words-job" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-execution" }
}

run "outputs_what_every_backend_outputs" {
  command = plan

  assert {
    condition     = toset(keys(output.backend)) == toset(["name", "config", "policy_json", "report_policy_json", "event_pattern", "job_names"]) && output.backend.name == "batch"
    error_message = "the keys must be those of every backend"
  }
  assert {
    condition = jsondecode(output.backend.config) == {
      job_queue      = "arn:aws:batch:eu-west-1:123456789012:job-queue/words"
      job_definition = "words"
      log_group      = "/batch/words"
    }
    error_message = "the keys the library reads"
  }
  assert {
    condition = jsondecode(output.backend.event_pattern) == {
      source      = ["aws.batch"]
      detail-type = ["Batch Job State Change"]
      detail = {
        jobDefinition = [{ prefix = "arn:aws:batch:eu-west-1:123456789012:job-definition/words:" }]
        status        = ["SUCCEEDED", "FAILED"]
      }
    }
    error_message = "only the ends of these jobs may match"
  }
}

run "a_job_on_fargate_is_one_logged_container" {
  command = plan
  variables {
    container = { image = "worker", command = ["python", "-m", "process"], environment = { MODE = "fast" } }
    size      = { cpu = 0.25, memory_mb = 512, ephemeral_storage_gb = 30, architecture = "ARM64" }
    worker = {
      environment = { TASK_TABLE = "first-tasks" }
      policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.this.container_properties) == {
      image   = "worker"
      command = ["python", "-m", "process"]
      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" }, { name = "AWS_REGION", value = "eu-west-1" },
        { name = "MODE", value = "fast" }, { name = "TASK_TABLE", value = "first-tasks" },
        { name = "TASK_TIMEOUT_SECONDS", value = "3600" },
      ]
      resourceRequirements   = [{ type = "MEMORY", value = "512" }, { type = "VCPU", value = "0.25" }]
      jobRoleArn             = "arn:aws:iam::123456789012:role/words-job"
      executionRoleArn       = "arn:aws:iam::123456789012:role/words-execution"
      linuxParameters        = { initProcessEnabled = true }
      readonlyRootFilesystem = false
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/batch/words"
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
    condition     = aws_iam_role_policy.job["worker"].policy == var.worker.policy_json
    error_message = "a job may report"
  }
}

run "the_image_decides_what_runs_by_default" {
  command = plan

  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).command == []
    error_message = "the definition must not set a command"
  }
  assert {
    condition     = length(aws_iam_role_policy.job) == 0
    error_message = "a container that knows nothing of tasks gets no permissions"
  }
}

run "batch_retries_only_when_a_host_is_lost" {
  command = plan
  variables {
    attempts        = 3
    timeout_seconds = 60
  }

  assert {
    condition     = aws_batch_job_definition.this.retry_strategy[0].attempts == 3 && aws_batch_job_definition.this.timeout[0].attempt_duration_seconds == 60
    error_message = "attempts and timeout must be as requested"
  }
  assert {
    condition     = jsonencode([for rule in aws_batch_job_definition.this.retry_strategy[0].evaluate_on_exit : [lower(rule.action), rule.on_status_reason, rule.on_reason]]) == jsonencode([["retry", "Host EC2*", null], ["exit", null, "*"]])
    error_message = "Batch must retry only lost hosts"
  }
}

run "a_job_runs_once_by_default" {
  command = plan

  assert {
    condition     = aws_batch_job_definition.this.retry_strategy[0].attempts == 1
    error_message = "the state machine decides about retries"
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
