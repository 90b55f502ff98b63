mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  account_id   = "123456789012"
  folder       = "../../../build/terraform/test-packages/dev"
  packages_dir = "../../../build/terraform/test-packages/dev"
  images       = { worker = "worker:1-amd64", training = "training:1-amd64" }
}

run "packages" {
  module {
    source = "../../modules/packages/tests/zips"
  }
}

run "every_backend_gets_an_activity" {
  command = plan
  variables {
    backends = ["ecs", "batch", "sagemaker"]
  }

  assert {
    condition     = keys(output.stack.activities) == ["batch", "fargate", "lambda", "training-sagemaker"] && keys(output.stack.trainings) == ["sagemaker"]
    error_message = "each backend must have an activity"
  }
  assert {
    condition     = module.stack.handle.backends == ["lambda", "ecs", "batch", "sagemaker"] && module.stack.handle.log_retention_days == 7 && module.stack.handle.alarm_actions == var.alarm_actions
    error_message = "the stack must permit the backends, and have this environment's values"
  }
  assert {
    condition     = local.repository_arns.worker == ["arn:aws:ecr:eu-west-1:123456789012:repository/dispatch-dev/worker"]
    error_message = "images must come from the environment's own repositories"
  }
}

run "lambda_alone_needs_no_image" {
  command = plan
  variables {
    backends = []
    images   = {}
  }

  assert {
    condition     = keys(output.stack.activities) == ["lambda"] && keys(output.stack.state_machines) == ["lambda"]
    error_message = "there may only be functions"
  }
  assert {
    condition     = module.stack.handle.backends == ["lambda"] && module.stack.handle.network == null
    error_message = "nothing of other backends may be permitted, and no network created"
  }
}

run "rejects_missing_and_unknown_values" {
  command = plan
  variables {
    account_id = "FILL-IN"
    region     = "Ireland"
    backends   = ["fargate", "ec2"]
  }
  expect_failures = [var.account_id, var.region, var.backends]
}

run "rejects_backends_whose_images_were_not_pushed" {
  command = plan
  variables {
    backends = ["sagemaker"]
    images   = { worker = "worker:1-amd64" }
  }
  expect_failures = [data.aws_partition.current]
}

run "rejects_an_image_for_another_processor" {
  command = plan
  variables {
    architecture = "ARM64"
  }
  expect_failures = [data.aws_partition.current]
}

run "accepts_an_image_for_the_given_processor" {
  command = plan
  variables {
    architecture = "ARM64"
    images       = { worker = "worker:1-arm64", training = "training:1-amd64" }
  }
  assert {
    condition     = contains(keys(output.stack.activities), "fargate")
    error_message = "an image for ARM64 must be accepted"
  }
}

run "rejects_an_unknown_processor" {
  command = plan
  variables {
    architecture = "arm64"
  }
  expect_failures = [var.architecture]
}
