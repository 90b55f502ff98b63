mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "jobs_are_watched_without_any_activity" {
  command = plan

  assert {
    condition = { for key, rule in aws_cloudwatch_event_rule.this : rule.name => jsondecode(rule.event_pattern) if key != "executions" } == {
      first-jobs-ecs = {
        source      = ["aws.ecs"]
        detail-type = ["ECS Task State Change"]
        detail = {
          taskDefinitionArn = [{ prefix = "arn:aws:ecs:eu-west-1:123456789012:task-definition/first-" }]
          lastStatus        = ["STOPPED"]
        }
      }
      first-jobs-batch = {
        source      = ["aws.batch"]
        detail-type = ["Batch Job State Change"]
        detail = {
          jobDefinition = [{ prefix = "arn:aws:batch:eu-west-1:123456789012:job-definition/first-" }]
          status        = ["SUCCEEDED", "FAILED"]
        }
      }
      first-jobs-sagemaker = {
        source      = ["aws.sagemaker"]
        detail-type = ["SageMaker Training Job State Change"]
        detail = {
          TrainingJobName = [{ prefix = "task-" }]
          RoleArn         = [{ prefix = "arn:aws:iam::123456789012:role/first/jobs/first-" }]
        }
      }
    }
    error_message = "the ends of jobs of an activity that was changed or removed must reach the reporter"
  }
  assert {
    condition     = aws_lambda_permission.reporter.principal == "events.amazonaws.com" && aws_lambda_permission.reporter.source_arn == "arn:aws:events:eu-west-1:123456789012:rule/first-*" && alltrue([for rule in aws_cloudwatch_event_rule.this : startswith(rule.name, "first-")])
    error_message = "each rule must be allowed to invoke the reporter, and no other stack's"
  }
}

run "only_the_services_in_use_are_watched" {
  command = plan
  variables {
    backends = ["batch"]
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_rule.this)) == toset(["jobs-batch", "executions"]) && toset(flatten([for statement in concat(local.starts, local.ends) : [for action in statement.Action : split(":", action)[0]]])) == toset(["batch", "logs"])
    error_message = "the other services need neither rules nor permissions"
  }
  assert {
    condition     = output.handle.backends == ["batch"]
    error_message = "activities must learn which are permitted"
  }
}

run "permissions_keep_their_order" {
  command = plan
  variables {
    backends = ["sagemaker", "lambda", "batch", "ecs"]
  }

  assert {
    condition     = output.handle.backends == ["lambda", "ecs", "batch", "sagemaker"]
    error_message = "another order of the same backends must change no policy"
  }
}
