mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/first-batch" }
  }
}

variables {
  name = "first"
  packages = { bucket = "releases", zips = {
    for name in ["dispatcher", "reporter", "reconciler", "poller", "listener", "prepare", "process", "publish", "reduce", "sweep"] :
    name => { key = "${name}.zip", hash = base64sha256(name) }
  } }
  example = {}
}

run "containers_run_in_a_new_network" {
  command = plan
  variables {
    fargate = {
      container         = { image = "worker", environment = { MODE = "fast" } }
      size              = { cpu = 0.5, memory_mb = 1024 }
      allowed_overrides = ["command"]
    }
    batch = {
      container         = { image = "worker", command = ["run"] }
      compute           = { max_cpus = 8 }
      timeout_seconds   = 30
      heartbeat_seconds = 20
    }
  }

  assert {
    condition     = keys(output.activities) == ["batch", "fargate", "lambda"] && keys(output.state_machines) == ["batch", "fargate", "lambda"]
    error_message = "an activity and a state machine each"
  }
  assert {
    condition     = jsondecode(local.backends.fargate.config).subnets == ["subnet-0b", "subnet-0b"] && jsondecode(local.backends.fargate.config).assign_public_ip && jsondecode(local.backends.fargate.config).security_groups == ["sg-made"]
    error_message = "the jobs must run in the new network"
  }
  assert {
    condition     = jsondecode(local.backends.batch.config).job_queue == "arn:aws:batch:eu-west-1:123456789012:job-queue/first-batch" && jsondecode(local.backends.fargate.config).task_definition == "first-fargate"
    error_message = "queue and task definition must have their own names"
  }
  assert {
    condition     = local.worker.environment == { for name, value in output.worker_environment : name => value if !contains(["DISPATCH_QUEUE_URL", "STACK_NAME"], name) } && length(jsondecode(local.worker.policy_json).Statement) == 4 && local.example_job_policies.data == jsonencode(local.process_policy)
    error_message = "the job may report, and do what the example's function may do"
  }
  assert {
    condition     = local.activities.fargate.allowed_overrides == tolist(["command"]) && output.process_states.batch.Branches[0].States.batch-Activity.TimeoutSeconds == 30 && output.process_states.fargate.Branches[0].States.fargate-Activity.HeartbeatSeconds == 300
    error_message = "each activity must have its own timeouts and overrides"
  }
}

run "containers_run_in_an_existing_network" {
  command = plan
  variables {
    example = null
    fargate = { container = { image = "busybox" }, cluster = "shared" }
    network = { vpc_id = "vpc-0d", subnets = ["subnet-0e"], security_groups = ["sg-mine"] }
  }

  assert {
    condition     = jsondecode(local.backends.fargate.config).subnets == ["subnet-0e"] && jsondecode(local.backends.fargate.config).security_groups == ["sg-mine"] && !jsondecode(local.backends.fargate.config).assign_public_ip
    error_message = "the settings must be as given"
  }
  assert {
    condition     = jsondecode(local.backends.fargate.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" && keys(output.activities) == ["fargate"] && length(local.example_job_policies) == 0
    error_message = "nothing of the example may be created"
  }
}

run "no_network_without_containers" {
  command = plan

  assert {
    condition     = length(module.network) == 0 && keys(output.activities) == ["lambda"]
    error_message = "there may only be functions"
  }
}

run "rejects_unknown_overrides" {
  command = plan
  variables {
    fargate = { container = { image = "worker" }, allowed_overrides = ["gpu"] }
    batch   = { container = { image = "worker" }, allowed_overrides = ["disk"] }
  }
  expect_failures = [var.fargate, var.batch]
}

run "rejects_an_environment_without_names" {
  command = plan
  variables {
    fargate = { container = { image = "worker" }, allowed_overrides = ["environment"] }
    batch   = { container = { image = "worker" }, allowed_overrides = ["environment.*"] }
  }
  expect_failures = [var.fargate, var.batch]
}

run "rejects_a_heartbeat_as_long_as_the_timeout" {
  command = plan
  variables {
    fargate = { container = { image = "worker" }, timeout_seconds = 300 }
    batch   = { container = { image = "worker" }, timeout_seconds = 900 }
  }
  expect_failures = [var.fargate, var.batch]
}
