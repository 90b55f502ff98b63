mock_provider "aws" {
  source          = "../../tests/mocks/aws"
  override_during = plan
}

variables {
  name         = "verify-0a1b-dispatch-dev"
  region       = "eu-west-1"
  account_id   = "123456789012"
  data_bucket  = "dispatch-dev-data"
  job_package  = "tests/verify.tftest.hcl"
  packages_dir = "../../build/terraform/test-packages/verify"
  folder       = "../../build/terraform/test-packages/verify"
}

run "packages" {
  module {
    source = "../modules/packages/tests/zips"
  }
}

run "a_state_machine_for_each_check" {
  command = plan

  assert {
    condition     = toset(local.machines) == toset(keys(local.definitions)) && keys(output.stack.activities) == ["logs", "poll", "requests", "single"]
    error_message = "every definition must be created, and every wake-up mode served"
  }
  assert {
    condition     = local.definitions.jsonata.QueryLanguage == "JSONata" && local.definitions["jsonata-callback"].States.Process.Arguments.MessageBody.input_value == "{% $states.input %}" && local.definitions.clock.States.Wait.TimeoutSeconds == 10
    error_message = "the checks rely on this language and this timeout"
  }
  assert {
    condition     = keys(local.watched) == ["states"]
    error_message = "a pattern with an empty list is invalid"
  }
  assert {
    condition     = keys(aws_cloudwatch_event_target.watched) == ["states"]
    error_message = "every rule must have the queue as its target"
  }
}

run "a_training_and_the_events_of_the_environment" {
  command = plan
  variables {
    training = { image = "training:1", instance_type = "ml.m5.large" }
    watched = {
      state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:dispatch-dev-lambda"]
      cluster_arns       = ["arn:aws:ecs:eu-west-1:123456789012:cluster/dispatch-dev"]
      job_queue_arns     = ["arn:aws:batch:eu-west-1:123456789012:job-queue/dispatch-dev"]
    }
  }

  assert {
    condition     = keys(local.watched) == ["batch", "ecs", "sagemaker", "states"] && contains(keys(local.definitions), "sagemaker")
    error_message = "the events of every service must be copied"
  }
  assert {
    condition     = contains(local.patterns.states.detail.stateMachineArn, "arn:aws:states:eu-west-1:123456789012:stateMachine:dispatch-dev-lambda")
    error_message = "the environment's state machines must be watched"
  }
}

run "a_local_cloud_has_no_account_id" {
  command = plan
  variables {
    account_id = null
  }
}

run "rejects_invalid_values" {
  command = plan
  variables {
    name        = "Verify"
    region      = "Ireland"
    account_id  = "12"
    job_package = "nowhere.zip"
  }
  expect_failures = [var.name, var.region, var.account_id, var.job_package]
}
