mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "a_function" {
  command = plan
  variables {
    lambda            = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words", role = { name = "words" } }
    max_queue_seconds = 120
  }

  assert {
    condition     = output.backend.kind == "lambda" && output.backend.name == "words" && output.job_role_name == null && local.heartbeat_seconds == 300
    error_message = "its jobs are invocations"
  }
  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).max_queue_seconds == 120
    error_message = "the time in the queue is as given"
  }
  assert {
    condition     = contains(jsondecode(output.worker_policy_json).Statement[0].Resource, "arn:aws:states:eu-west-1:123456789012:activity:studio-words") && length(jsondecode(output.worker_policy_json).Statement[0].Resource) == 1
    error_message = "it answers for its own activity only"
  }
}

run "containers_on_ecs" {
  command = plan
  variables {
    ecs               = { container = { image = "words" }, size = { cpu = 1, memory_mb = 2048 } }
    timeout_seconds   = 600
    allowed_overrides = ["command", "cpu", "memory_mb", "gpu", "timeout_seconds", "environment.MODE"]
  }

  assert {
    condition     = output.backend.kind == "ecs" && output.job_role_name == "studio-words-task" && output.worker_policy_json == null
    error_message = "its jobs are ECS tasks"
  }
  assert {
    condition     = local.description.config.task_definition == "studio-words" && local.description.heartbeat_seconds == 300 && local.description.max_queue_seconds == 900 && length(local.description.allowed_overrides) == 6
    error_message = "the description says which"
  }
  assert {
    condition     = keys(output.alarm_arns) == ["timed-out"]
    error_message = "a container is not dropped"
  }
}

run "containers_on_batch" {
  command = plan
  variables {
    batch             = { container = { image = "words" } }
    allowed_overrides = ["gpu"]
  }

  assert {
    condition     = output.backend.kind == "batch" && output.job_role_name == "studio-words-job" && local.description.config.job_definition == "studio-words"
    error_message = "its jobs are Batch jobs"
  }
  assert {
    condition     = local.description.heartbeat_seconds == 900 && local.description.max_queue_seconds == null
    error_message = "a job may take long to get its instance"
  }
}

run "trainings" {
  command = plan
  variables {
    sagemaker         = { container = { image = "words" } }
    allowed_overrides = ["instance_type", "instance_count", "volume_gb", "timeout_seconds", "environment.APP_*"]
  }

  assert {
    condition     = output.backend.kind == "sagemaker" && output.job_role_name == "studio-words-training" && local.description.config.request.AlgorithmSpecification.TrainingImage == "words"
    error_message = "its jobs are training jobs"
  }
  assert {
    condition     = local.description.heartbeat_seconds == 900 && local.description.max_queue_seconds == null
    error_message = "a training may take long to get its instance"
  }
}

run "a_backend_made_beside_it" {
  command = plan
  variables {
    name    = "words-left"
    backend = { kind = "ecs", name = "words", config = "{\"task_definition\":\"studio-words\"}" }
  }

  assert {
    condition     = output.backend == var.backend && local.description.config == { task_definition = "studio-words" } && output.job_role_name == null
    error_message = "the description names the given backend"
  }
  assert {
    condition     = local.description.name == "studio-words-left" && tomap(local.tags) == tomap({ team = "films" })
    error_message = "the activity has its own name, and the stack's tags"
  }
}

run "a_function_behind_activities_of_any_name" {
  command = plan
  variables {
    name    = "letters"
    backend = { kind = "lambda", name = "mail", config = "{\"function_arn\":\"arn:aws:lambda:eu-west-1:123456789012:function:mail\"}" }
  }

  assert {
    condition     = local.description.backend == "lambda"
    error_message = "the function's own policy consents, not its name"
  }
}

run "settings_at_every_depth_are_known" {
  command = plan
  variables {
    ecs = {
      container   = { image = "words", environment = { ANY_NAME = "1" }, health_check = { command = ["true"] }, ulimits = { nofile = { soft = 1, hard = 2 } } }
      sidecars    = { proxy = { image = "envoy", health_check = { command = ["true"], retries = 2 }, job_waits_for = "HEALTHY" } }
      capacity    = [{ provider = "FARGATE", base = 1 }, { provider = "FARGATE_SPOT", weight = 3 }]
      efs_volumes = { data = { file_system_id = "fs-1", container_path = "/data" } }
      policies    = { any-name = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
      tags        = { any = "tag" }
    }
  }

  assert {
    condition     = length(local.unknown) == 0 && alltrue([for path in ["container.environment.ANY_NAME", "sidecars.proxy.health_check.retries", "capacity.1.weight", "efs_volumes.data.container_path"] : contains(local.names.given, path)])
    error_message = "names are compared at every depth, and names of the user's own are no settings"
  }
}
