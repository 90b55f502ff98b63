mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/batch/words" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/words" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/words-instance" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-1", latest_version = 3 }
  }
}

override_resource {
  target          = aws_iam_role.this["job"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-job" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-execution" }
}

run "the_dispatcher_may_submit_to_this_queue_and_stop_jobs" {
  command = plan

  assert {
    condition = { for statement in jsondecode(output.backend.policy_json).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      SubmitJobs = [["batch:SubmitJob"], [
        "arn:aws:batch:eu-west-1:123456789012:job-queue/words", "arn:aws:batch:eu-west-1:123456789012:job-definition/words",
        "arn:aws:batch:eu-west-1:123456789012:job-definition/words:*",
      ]]
      FindAndWatchJobs = [["batch:ListJobs", "batch:DescribeJobs"], ["*"]]
      StopJobs         = [["batch:TerminateJob"], ["arn:aws:batch:eu-west-1:123456789012:job/*"]]
    }
    error_message = "these actions on these resources"
  }
}

run "the_reporter_may_read_the_jobs_logs_and_stop_them" {
  command = plan

  assert {
    condition = jsondecode(output.backend.report_policy_json).Statement == [
      {
        Sid      = "ReadJobLogs"
        Effect   = "Allow"
        Action   = ["logs:GetLogEvents"]
        Resource = ["arn:aws:logs:eu-west-1:123456789012:log-group:/batch/words:log-stream:jobs/*"]
      },
      {
        Sid      = "FindAndWatchJobs"
        Effect   = "Allow"
        Action   = ["batch:ListJobs", "batch:DescribeJobs"]
        Resource = ["*"]
      },
      {
        Sid      = "StopJobs"
        Effect   = "Allow"
        Action   = ["batch:TerminateJob"]
        Resource = ["arn:aws:batch:eu-west-1:123456789012:job/*"]
      },
    ]
    error_message = "only the jobs' streams and the jobs themselves"
  }
}

run "ecs_pulls_from_the_named_repositories_only" {
  command = plan
  variables {
    repository_arns = ["arn:aws:ecr:eu-west-1:123456789012:repository/worker"]
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      WriteJobLogs    = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-west-1:123456789012:log-group:/batch/words:*"]]
      PullImage       = [["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], ["arn:aws:ecr:eu-west-1:123456789012:repository/worker"]]
      LogInToRegistry = [["ecr:GetAuthorizationToken"], ["*"]]
    }
    error_message = "these actions on these resources"
  }
}

run "a_public_image_needs_no_registry" {
  command = plan

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid] == ["WriteJobLogs"]
    error_message = "there must be permission for logs only"
  }
}

run "only_ecs_in_this_account_can_assume_the_job_roles" {
  command = plan
  variables {
    policies = { data = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Principal == { Service = "ecs-tasks.amazonaws.com" } && jsondecode(role.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-west-1:123456789012:*" }
    }])
    error_message = "only tasks in this account and region"
  }
  assert {
    condition     = keys(aws_iam_role_policy.job) == ["data"] && aws_iam_role_policy.job["data"].role == "words-job"
    error_message = "the given policies must go to the program's role"
  }
}
