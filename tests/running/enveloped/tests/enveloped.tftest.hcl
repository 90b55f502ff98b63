# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { id = "enveloped-data", arn = "arn:aws:s3:::enveloped-data" }
  }
}

variables {
  folder       = "../../../build/terraform/test-packages/enveloped"
  packages_dir = "../../../build/terraform/test-packages/enveloped"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "both_query_languages_write_an_envelope" {
  command = plan

  assert {
    condition     = [for state in [module.process_state["JSONPath"].state.Parameters, module.process_state["JSONata"].state.Arguments] : state["activity_dispatch_envelope"]] == [1, 1]
    error_message = "an activity without the setting must have envelopes"
  }
}
