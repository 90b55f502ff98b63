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

run "trainings_run_on_batch_and_sagemaker" {
  command = plan
  variables {
    training = {
      image     = "training"
      batch     = { size = { cpu = 4, memory_mb = 16384, gpus = 1 }, compute = { type = "EC2", spot = true, instance_types = ["g5.xlarge"] } }
      sagemaker = { instances = { type = "ml.g5.xlarge", spot = true } }
    }
    network = { vpc_id = "vpc-1", subnets = ["subnet-1"] }
  }

  assert {
    condition     = keys(output.trainings) == ["batch", "sagemaker"] && contains(keys(output.activities), "training-batch") && contains(keys(output.activities), "training-sagemaker") && keys(output.state_machines) == ["lambda"]
    error_message = "a state machine and an activity for each, beside the example's"
  }
  assert {
    condition     = toset(keys(module.sweep)) == toset(["prepare", "reduce", "publish"])
    error_message = "the sweep needs its three functions"
  }
  assert {
    condition = [for name in ["Prepare", "Trainings", "Reduce", "Publish"] :
      lookup(local.training_definitions["training-batch"].States[name], "Next", null)
    ] == ["Trainings", "Reduce", "Publish", null]
    error_message = "the states must lead from the sweep to the winner"
  }
  assert {
    condition     = local.training_definitions["training-batch"].States.Trainings.MaxConcurrency == 4 && contains(local.training_definitions["training-batch"].States.Trainings.ItemProcessor.States.Train.Retry[0].ErrorEquals, "Job.Interrupted")
    error_message = "trainings run with the default concurrency and resume after an interruption"
  }
  assert {
    condition     = local.training_definitions["training-sagemaker"].States.Trainings.ItemProcessor.States.Train.Catch[0].Next == "Failed"
    error_message = "the others go on when one fails"
  }
  assert {
    condition     = alltrue([for key in ["training-batch", "training-sagemaker"] : endswith(local.training_state_machine_arns[index(local.training_keys, key)], ":stateMachine:first-${key}")])
    error_message = "aborting a training must stop its jobs"
  }
}

run "a_sweep_can_use_a_customer_key" {
  command = plan
  variables {
    training = { image = "training", sagemaker = {} }
    data     = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" }
  }

  assert {
    condition     = local.publish_training_policy.Statement[2].Resource == [var.data.kms_key_arn]
    error_message = "the comparison is written with the key"
  }
}

run "sagemaker_without_example_and_trainings" {
  command = plan
  variables {
    example = null
    sagemaker = {
      container = { image = "training" }
      storage   = { output_s3_uri = "s3://models/" }
    }
  }

  assert {
    condition     = keys(output.activities) == ["sagemaker"] && length(output.trainings) == 0
    error_message = "there must be no example and no training"
  }
  assert {
    condition     = local.sagemaker_activities["sagemaker"].storage == { output_s3_uri = "s3://models/" } && length(module.network) == 0
    error_message = "models go to the given place, and no network is created"
  }
}

run "rejects_trainings_without_a_backend" {
  command = plan
  variables {
    training = { image = "training" }
  }
  expect_failures = [var.training]
}

run "rejects_invalid_sweeps" {
  command = plan
  variables {
    sagemaker = { container = { image = "training" }, heartbeat_seconds = 30000, allowed_overrides = ["command"] }
    training = {
      image           = "training"
      sagemaker       = {}
      hyperparameters = { rate = { type = "float" } }
      objective       = { metric = "loss", goal = "best" }
      max_trainings   = 10000
      max_concurrency = 41
    }
  }
  expect_failures = [var.sagemaker, var.training]
}
