# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { id = "running-data", arn = "arn:aws:s3:::running-data" }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "000000000000" }
  }
  mock_data "aws_vpc" {
    defaults = { id = "vpc-0a" }
  }
  mock_data "aws_subnets" {
    defaults = { ids = ["subnet-0b"] }
  }
}

variables {
  folder       = "../../../build/terraform/test-packages/running"
  packages_dir = "../../../build/terraform/test-packages/running"
  package      = "../../../build/terraform/test-packages/running/process.zip"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "each_activity_has_what_its_test_is_about" {
  command = plan

  assert {
    condition     = [for state in [module.process_state["work-JSONPath"].state.Parameters, module.process_state["work-JSONata"].state.Arguments] : state["activity_dispatch_envelope"]] == [1, 1]
    error_message = "an activity without the setting must have envelopes"
  }

  assert {
    condition     = [module.of_function["word"].backend.kind, module.of_container["clip"].backend.kind] == ["lambda", "ecs"]
    error_message = "a function's tasks are told, and a container's"
  }

  assert {
    condition     = [module.on_demand.backend.kind, module.batch.backend.kind] == ["ecs", "batch"]
    error_message = "the activity must fall back to ECS on demand, then to Batch"
  }

  assert {
    condition     = alltrue([for name in ["cold", "warm", "killed"] : module.of_container[name].job_role_name != null])
    error_message = "cold and warm ones must not share a backend"
  }

  assert {
    condition     = can(module.of_function["share"].process_state.Parameters["MessageGroupId.$"])
    error_message = "the queue must tell shares apart"
  }
}
