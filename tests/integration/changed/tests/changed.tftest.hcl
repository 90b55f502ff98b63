# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { id = "changed-data", arn = "arn:aws:s3:::changed-data" }
  }
}

variables {
  folder       = "../../../build/terraform/test-packages/changed"
  packages_dir = "../../../build/terraform/test-packages/changed"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "before_the_change" {
  command = plan

  assert {
    condition     = keys(local.activities) == ["clustered", "moving", "removed"]
    error_message = "all activities must exist"
  }
}

run "after_the_change" {
  command = plan
  variables {
    changed = true
  }

  assert {
    condition     = keys(local.activities) == ["clustered", "moving"]
    error_message = "an activity must be removed"
  }
}
