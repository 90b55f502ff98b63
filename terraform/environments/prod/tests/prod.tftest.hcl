mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  account_id   = "123456789012"
  folder       = "../../../build/terraform/test-packages/prod"
  packages_dir = "../../../build/terraform/test-packages/prod"
  images       = { worker = "worker:1", training = "training:1" }
}

run "packages" {
  module {
    source = "../../modules/stack/tests/packages"
  }
}

run "every_backend_gets_an_activity" {
  command = plan
  variables {
    backends = ["fargate", "batch", "sagemaker"]
  }

  assert {
    condition     = keys(output.stack.activities) == ["batch", "fargate", "lambda", "training-sagemaker"] && keys(output.stack.trainings) == ["sagemaker"]
    error_message = "each backend must have an activity"
  }
  assert {
    condition     = local.repository_arns.worker == ["arn:aws:ecr:eu-west-1:123456789012:repository/dispatch-prod/worker"]
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
}
