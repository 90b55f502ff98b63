# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  folder       = "../../../build/terraform/test-packages/faulty"
  packages_dir = "../../../build/terraform/test-packages/faulty"
  endpoint     = "http://127.0.0.1:4566"
  package      = "../../../build/terraform/test-packages/faulty/process.zip"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "every_activity_has_a_state_machine" {
  command = plan

  assert {
    condition     = toset(keys(output.state_machines)) == toset(concat(keys(local.activities), ["fargate", "pair"]))
    error_message = "each activity must have an execution"
  }
}
