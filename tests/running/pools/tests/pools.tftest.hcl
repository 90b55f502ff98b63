# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  folder       = "../../../build/terraform/test-packages/pools"
  packages_dir = "../../../build/terraform/test-packages/pools"
  package      = "../../../build/terraform/test-packages/pools/process.zip"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "the_activities_have_a_rate_or_a_pool" {
  command = plan

  assert {
    condition     = join(" ", keys(output.state_machines)) == "heavy light paced"
    error_message = "each activity must have a state machine"
  }
}
