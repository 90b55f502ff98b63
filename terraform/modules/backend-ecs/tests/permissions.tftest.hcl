mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words" }
  }
}

override_resource {
  target          = aws_iam_role.this["task"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-task" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-execution" }
}

run "the_dispatcher_may_run_these_jobs_in_this_cluster_only" {
  command = plan

  assert {
    condition = jsondecode(output.backend.policy_json).Statement == [
      {
        Sid       = "RunJobs"
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task-definition/words:*"]
        Condition = { ArnEquals = { "ecs:cluster" = ["arn:aws:ecs:eu-west-1:123456789012:cluster/words"] } }
      },
      {
        Sid       = "WatchAndStopJobs"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task/words/*"]
        Condition = { ArnEquals = { "ecs:cluster" = ["arn:aws:ecs:eu-west-1:123456789012:cluster/words"] } }
      },
      {
        Sid       = "FindJobs"
        Effect    = "Allow"
        Action    = ["ecs:ListTasks"]
        Resource  = ["*"]
        Condition = { ArnEquals = { "ecs:cluster" = ["arn:aws:ecs:eu-west-1:123456789012:cluster/words"] } }
      },
      {
        Sid       = "TagJobs"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task/words/*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::123456789012:role/words-execution", "arn:aws:iam::123456789012:role/words-task"]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
    error_message = "this family, this cluster's tasks, these two roles"
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
        Resource = ["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words:log-stream:jobs/*"]
      },
      {
        Sid       = "WatchAndStopJobs"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task/words/*"]
        Condition = { ArnEquals = { "ecs:cluster" = ["arn:aws:ecs:eu-west-1:123456789012:cluster/words"] } }
      },
      {
        Sid       = "FindJobs"
        Effect    = "Allow"
        Action    = ["ecs:ListTasks"]
        Resource  = ["*"]
        Condition = { ArnEquals = { "ecs:cluster" = ["arn:aws:ecs:eu-west-1:123456789012:cluster/words"] } }
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
      WriteJobLogs    = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words:*"]]
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

run "only_ecs_in_this_account_can_assume_the_roles" {
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
    condition     = keys(aws_iam_role_policy.task) == ["data"] && aws_iam_role_policy.task["data"].role == "words-task"
    error_message = "the given policies must go to the program's role"
  }
}

run "jobs_in_clusters_of_before_are_watched_and_stopped" {
  command = plan
  variables {
    cluster         = "shared"
    former_clusters = ["arn:aws:ecs:eu-west-1:123456789012:cluster/older"]
  }

  assert {
    condition = [for statement in jsondecode(output.backend.report_policy_json).Statement : [statement.Resource, statement.Condition] if statement.Sid == "WatchAndStopJobs"] == [[
      [for name in ["shared", "words", "older"] : "arn:aws:ecs:eu-west-1:123456789012:task/${name}/*"],
      { ArnEquals = { "ecs:cluster" = [for name in ["shared", "words", "older"] : "arn:aws:ecs:eu-west-1:123456789012:cluster/${name}"] } },
    ]]
    error_message = "reporter and reconciler must reach them"
  }
  assert {
    condition = [for statement in jsondecode(output.backend.policy_json).Statement : statement.Condition if statement.Sid == "RunJobs"] == [
      { ArnEquals = { "ecs:cluster" = [for name in ["shared", "words", "older"] : "arn:aws:ecs:eu-west-1:123456789012:cluster/${name}"] } },
    ]
    error_message = "a start with the description of before must not be refused"
  }
  assert {
    condition     = jsondecode(output.backend.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
    error_message = "new jobs must run in the current cluster"
  }
}
