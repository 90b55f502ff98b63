mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "000000000000" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_service" {
    defaults = { region = "eu-west-1" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-west-1:000000000000:queue"
      url = "http://127.0.0.1:4566/000000000000/queue"
    }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:000000000000:table/tasks" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:000000000000:log-group:group" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::000000000000:role/role" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:000000000000:function:function" }
  }
  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:000000000000:activity:activity" }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-west-1:000000000000:stateMachine:machine" }
  }
  mock_resource "aws_batch_compute_environment" {
    defaults = { arn = "arn:aws:batch:eu-west-1:000000000000:compute-environment/first" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:000000000000:job-queue/first" }
  }
  mock_data "aws_vpc" {
    defaults = { id = "vpc-0a" }
  }
  mock_data "aws_subnets" {
    defaults = { ids = ["subnet-0b"] }
  }
}

variables {
  folder       = "../../../build/terraform/test-packages/local"
  packages_dir = "../../../build/terraform/test-packages/local"
}

run "packages" {
  module {
    source = "../../modules/packages/tests/zips"
  }
}

run "outputs_what_a_user_needs_to_run_the_example" {
  command = plan
  variables {
    endpoint = "http://127.0.0.1:4600"
  }

  assert {
    condition     = output.endpoint == "http://127.0.0.1:4600" && output.region == "eu-west-1"
    error_message = "endpoint and region must be set"
  }
  assert {
    condition     = output.task_table == "first-light-tasks" && output.dispatch_queue_url == "http://127.0.0.1:4566/000000000000/queue"
    error_message = "table and queue must be set"
  }
  assert {
    condition     = output.state_machines == { for backend in ["batch", "fargate", "lambda"] : backend => "arn:aws:states:eu-west-1:000000000000:stateMachine:machine" } && output.activities == { for backend in ["batch", "fargate", "lambda"] : backend => "arn:aws:states:eu-west-1:000000000000:activity:first-light-${backend}" }
    error_message = "ARNs must be listed by backend"
  }
  assert {
    condition     = output.examples == { fan-out = "arn:aws:states:eu-west-1:000000000000:stateMachine:machine" }
    error_message = "other state machines must be listed separately"
  }
}

run "rejects_an_endpoint_that_is_not_a_url" {
  command = plan
  variables {
    endpoint = "127.0.0.1:4566"
  }
  expect_failures = [var.endpoint]
}

run "no_trainings_by_default" {
  command = plan

  assert {
    condition     = length(output.trainings) == 0
    error_message = "trainings need PyTorch and must be off by default"
  }
}
