mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  name     = "first"
  network  = {}
  packages = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener", "sweep"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
}

run "stack" {
  command = plan
  module {
    source = "../../modules/stack"
  }
}

run "trainings_run_on_batch_and_sagemaker" {
  command = plan
  variables {
    stack     = run.stack.handle
    container = { image = "training" }
    batch     = { size = { cpu = 4, memory_mb = 16384, gpus = 1 }, compute = { type = "EC2", spot = true, instance_types = ["g5.xlarge"] } }
    sagemaker = { instances = { type = "ml.g5.xlarge", spot = true } }
  }

  assert {
    condition     = keys(output.state_machines) == ["batch", "sagemaker"] && keys(output.activities) == ["training-batch", "training-sagemaker"]
    error_message = "a state machine and an activity for each"
  }
  assert {
    condition     = keys(output.functions) == ["sweep-prepare", "sweep-publish", "sweep-reduce"]
    error_message = "the sweep needs its three functions"
  }
  assert {
    condition = [for name in ["Prepare", "Trainings", "Reduce", "Publish"] :
      lookup(local.definitions["training-batch"].States[name], "Next", null)
    ] == ["Trainings", "Reduce", "Publish", null]
    error_message = "the states must lead from the sweep to the winner"
  }
  assert {
    condition     = local.definitions["training-batch"].States.Trainings.MaxConcurrency == 4 && contains(local.definitions["training-batch"].States.Trainings.ItemProcessor.States.Train.Retry[0].ErrorEquals, "Job.Interrupted")
    error_message = "trainings run with the default concurrency and resume after an interruption"
  }
  assert {
    condition     = local.definitions["training-sagemaker"].States.Trainings.ItemProcessor.States.Train.Catch[0].Next == "Failed"
    error_message = "the others go on when one fails"
  }
  assert {
    condition     = contains(run.stack.handle.state_machines, "first-*") && keys(module.state_machine) == ["training-batch", "training-sagemaker"]
    error_message = "aborting a training must stop its jobs: the machines have the stack's name before their own"
  }
  assert {
    condition     = jsondecode(module.activity["training-sagemaker"].backend.config).request.OutputDataConfig.S3OutputPath == "s3://first-data-123456789012-eu-west-1/training/" && jsondecode(module.activity["training-sagemaker"].backend.config).request.AlgorithmSpecification.MetricDefinitions[0].Name == "epoch"
    error_message = "models go below training/, and the metrics are found"
  }
  assert {
    condition     = { for statement in local.training_policy.Statement : statement.Sid => statement.Resource } == { ListCheckpoints = ["arn:aws:s3:::first-data-123456789012-eu-west-1"], KeepCheckpointsAndModels = ["arn:aws:s3:::first-data-123456789012-eu-west-1/training/*"] }
    error_message = "on Batch the training itself keeps its models, and reaches nothing else"
  }
}

run "one_backend_alone" {
  command = plan
  variables {
    stack     = run.stack.handle
    container = { image = "training" }
    sagemaker = {}
    limits    = { max_concurrency = 2, timeout_seconds = 7200 }
  }

  assert {
    condition     = keys(output.state_machines) == ["sagemaker"] && local.definitions["training-sagemaker"].States.Trainings.MaxConcurrency == 2
    error_message = "nothing of Batch may be created"
  }
  assert {
    condition     = module.activity["training-sagemaker"].activity.timeout_seconds == 7200 && module.activity["training-sagemaker"].activity.heartbeat_seconds == 900
    error_message = "clocks must be as given"
  }
}

run "a_sweep_can_use_a_customer_key" {
  command = plan
  variables {
    stack     = merge(run.stack.handle, { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" })
    container = { image = "training" }
    sagemaker = {}
  }

  assert {
    condition     = local.publish_policy.Statement[2].Resource == ["arn:aws:kms:eu-west-1:123456789012:key/1"]
    error_message = "the comparison is written with the key"
  }
}

run "rejects_trainings_without_a_backend" {
  command = plan
  variables {
    stack     = run.stack.handle
    container = { image = "training" }
  }
  expect_failures = [output.state_machines]
}

run "rejects_invalid_sweeps" {
  command = plan
  variables {
    stack           = run.stack.handle
    container       = { image = "training" }
    sagemaker       = {}
    hyperparameters = { rate = { type = "float" } }
    objective       = { metric = "loss", goal = "best" }
    limits          = { max_trainings = 10000, max_concurrency = 41 }
  }
  expect_failures = [var.hyperparameters, var.objective, var.limits]
}
