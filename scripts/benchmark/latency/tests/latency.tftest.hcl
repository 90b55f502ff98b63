# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  folder       = "../../../build/terraform/test-packages/latency"
  packages_dir = "../../../build/terraform/test-packages/latency"
  endpoint     = "http://127.0.0.1:4566"
  package      = "../../../build/terraform/test-packages/latency/process.zip"
  modes        = ["requests", "poll", "logs"]
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "every_mode_has_a_state_machine" {
  command = plan

  assert {
    condition     = toset(keys(output.state_machines)) == toset(["native", "requests", "poll", "logs"])
    error_message = "each mode must have a state machine, and so must Step Functions' own callback"
  }
}
