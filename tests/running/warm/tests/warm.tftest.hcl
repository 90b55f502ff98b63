# Renders the policies and state machines for tests/judges.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  folder       = "../../../build/terraform/test-packages/warm"
  packages_dir = "../../../build/terraform/test-packages/warm"
  endpoint     = "http://127.0.0.1:4566"
}

run "packages" {
  module {
    source = "../../../terraform/modules/packages/tests/zips"
  }
}

run "each_activity_has_jobs_of_its_own" {
  command = plan

  assert {
    condition     = { for name, activity in module.activity : name => activity.job_role_name != null } == { cold = true, warm = true, killed = true }
    error_message = "cold and warm ones must not share a backend"
  }
}
