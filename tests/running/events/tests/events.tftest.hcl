# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { id = "told-data", arn = "arn:aws:s3:::told-data" }
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
  folder       = "../../../build/terraform/test-packages/told"
  packages_dir = "../../../build/terraform/test-packages/told"
  package      = "../../../build/terraform/test-packages/told/dispatcher.zip"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "two_activities_tell_one_bus" {
  command = plan

  assert {
    condition     = [module.word.backend.kind, module.film.backend.kind] == ["lambda", "ecs"]
    error_message = "a function's tasks are told, and a container's"
  }
}
