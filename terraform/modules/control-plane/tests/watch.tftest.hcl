mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "jobs_are_watched_without_any_backend" {
  command = plan

  assert {
    condition = { for key, rule in aws_cloudwatch_event_rule.this : rule.name => jsondecode(rule.event_pattern) } == {
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
          RoleArn         = [{ prefix = "arn:aws:iam::123456789012:role/first-" }]
        }
      }
    }
    error_message = "the ends of jobs of a backend that was removed must reach the reporter"
  }
  assert {
    condition     = toset(keys(aws_lambda_permission.this)) == toset(["jobs-ecs", "jobs-batch", "jobs-sagemaker"])
    error_message = "each rule must be allowed to invoke the reporter"
  }
  assert {
    condition     = toset(keys(local.watch_policies)) == toset(["watch-ecs", "watch-batch", "watch-sagemaker"]) && jsondecode(local.watch_policies["watch-ecs"]).Statement[0].Resource == ["arn:aws:ecs:eu-west-1:123456789012:task/first-*/*"]
    error_message = "reporter and reconciler must be allowed to watch and stop them"
  }
}

run "a_backend_named_after_the_stack_has_no_rule_of_its_own" {
  command = plan
  variables {
    backends = {
      words = {
        name          = "fargate"
        config        = "{}"
        policy_json   = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
        event_pattern = "{\"source\":[\"aws.ecs\"]}"
        job_names     = "first-words"
      }
      other = {
        name          = "fargate"
        config        = "{}"
        policy_json   = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
        event_pattern = "{\"source\":[\"aws.ecs\"]}"
        job_names     = "firstborn"
      }
    }
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_rule.this)) == toset(["jobs-ecs", "jobs-batch", "jobs-sagemaker", "other"])
    error_message = "an event must not be delivered twice"
  }
}

run "only_the_services_in_use_are_watched" {
  command = plan
  variables {
    watching = { services = ["batch"] }
  }

  assert {
    condition     = keys(aws_cloudwatch_event_rule.this) == ["jobs-batch"] && keys(local.watch_policies) == ["watch-batch"]
    error_message = "the other services need neither rules nor permissions"
  }
}

run "rejects_an_unknown_service" {
  command = plan
  variables {
    watching = { services = ["batch", "lambda"] }
  }
  expect_failures = [var.watching]
}
