# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { id = "removed-data", arn = "arn:aws:s3:::removed-data" }
  }
}

variables {
  folder       = "../../../build/terraform/test-packages/removed"
  packages_dir = "../../../build/terraform/test-packages/removed"
  package      = "../../../build/terraform/test-packages/removed/reconciler.zip"
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
    condition     = local.jobs_on == { container = "ecs", function = "lambda", job = "batch", moving = "batch" }
    error_message = "one of each kind, and one to move"
  }
}

run "after_the_change" {
  command = plan
  variables {
    moved   = true
    removed = true
  }

  assert {
    condition     = local.jobs_on == { moving = "ecs" }
    error_message = "one must have moved, the others be removed"
  }
}
