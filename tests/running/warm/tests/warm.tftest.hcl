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

run "only_jobs_that_linger_take_tasks" {
  command = plan

  assert {
    condition     = { for name, activity in module.activity : name => activity.job_role_name != null } == { cold = true, warm = true, killed = true }
    error_message = "each activity must have jobs of its own"
  }
}
