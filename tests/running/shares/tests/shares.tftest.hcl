# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  folder       = "../../../build/terraform/test-packages/shares"
  packages_dir = "../../../build/terraform/test-packages/shares"
  package      = "../../../build/terraform/test-packages/shares/process.zip"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "messages_bear_the_share" {
  command = plan

  assert {
    condition     = can(module.activity.process_state.Parameters["MessageGroupId.$"])
    error_message = "the queue must tell shares apart"
  }
}
