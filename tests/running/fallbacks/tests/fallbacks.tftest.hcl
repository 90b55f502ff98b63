# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { id = "fallbacks-data", arn = "arn:aws:s3:::fallbacks-data" }
  }
}

variables {
  folder       = "../../../build/terraform/test-packages/fallbacks"
  packages_dir = "../../../build/terraform/test-packages/fallbacks"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "a_chain_of_three" {
  command = plan

  assert {
    condition     = [module.on_demand.backend.kind, module.batch.backend.kind] == ["ecs", "batch"]
    error_message = "the activity must fall back to ECS on demand, then to Batch"
  }
}
