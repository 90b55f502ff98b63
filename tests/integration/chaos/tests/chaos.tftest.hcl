# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  folder       = "../../../build/terraform/test-packages/chaos"
  packages_dir = "../../../build/terraform/test-packages/chaos"
  endpoint     = "http://127.0.0.1:4566"
  package      = "../../../build/terraform/test-packages/chaos/process.zip"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "every_backend_has_a_state_machine" {
  command = plan

  assert {
    condition     = keys(output.state_machines) == ["batch", "chained", "fargate", "lambda-jobs", "warm"]
    error_message = "each backend must be broken, a chain of them, and warm workers"
  }
}
