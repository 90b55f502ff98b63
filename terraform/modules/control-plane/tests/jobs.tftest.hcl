# What dispatcher, poller and reconciler may start, and what reporter and reconciler may watch and end, by backend.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "functions_need_no_permissions_of_the_stack" {
  command = plan
  variables {
    backends = ["lambda"]
  }

  assert {
    condition     = local.start_policy.Statement[*].Sid == ["MakeDispatchRequests"] && local.end_policy.Statement[*].Sid == ["MakeDispatchRequests"]
    error_message = "a policy must have a statement, which grants nothing new"
  }
  assert {
    condition     = keys(aws_cloudwatch_event_rule.this) == ["executions"]
    error_message = "a function reports its own end and needs no rule"
  }
}

run "ecs_jobs_of_this_name_may_be_run_in_the_stack_s_clusters" {
  command = plan
  variables {
    backends = ["ecs"]
  }

  assert {
    condition = jsonencode(local.start_policy.Statement) == jsonencode([
      {
        Sid       = "RunTasks"
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task-definition/first-*:*"]
        Condition = { ArnLike = { "ecs:cluster" = [for name in ["first", "first-*"] : "arn:aws:ecs:eu-west-1:123456789012:cluster/${name}"] } }
      },
      {
        Sid       = "TagTasks"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = [for name in ["first", "first-*"] : "arn:aws:ecs:eu-west-1:123456789012:task/${name}/*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid       = "WatchAndStopTasks"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource  = [for name in ["first", "first-*"] : "arn:aws:ecs:eu-west-1:123456789012:task/${name}/*"]
        Condition = { ArnLike = { "ecs:cluster" = [for name in ["first", "first-*"] : "arn:aws:ecs:eu-west-1:123456789012:cluster/${name}"] } }
      },
      {
        Sid       = "FindTasks"
        Effect    = "Allow"
        Action    = ["ecs:ListTasks"]
        Resource  = ["*"]
        Condition = { ArnLike = { "ecs:cluster" = [for name in ["first", "first-*"] : "arn:aws:ecs:eu-west-1:123456789012:cluster/${name}"] } }
      },
      {
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::123456789012:role/first/jobs/first-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com"] } }
      },
    ])
    error_message = "definitions by name, the stack's clusters, roles by path and name, to ECS tasks only"
  }
  assert {
    condition     = local.end_policy.Statement[*].Sid == ["WatchAndStopTasks", "FindTasks", "ReadTaskLogs"] && local.end_policy.Statement[2].Action == ["logs:GetLogEvents"] && local.end_policy.Statement[2].Resource == ["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/first-*:log-stream:jobs/*"]
    error_message = "the reporter starts nothing; it reads the jobs' streams only"
  }
}

run "batch_jobs_of_this_name_may_be_submitted_to_the_stack_s_queues" {
  command = plan
  variables {
    backends = ["batch"]
  }

  assert {
    condition = { for statement in local.start_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      SubmitJobs = [["batch:SubmitJob"], [
        "arn:aws:batch:eu-west-1:123456789012:job-definition/first-*", "arn:aws:batch:eu-west-1:123456789012:job-queue/first",
        "arn:aws:batch:eu-west-1:123456789012:job-queue/first-*",
      ]]
      TagJobs          = [["batch:TagResource"], ["arn:aws:batch:eu-west-1:123456789012:job/*"]]
      FindAndWatchJobs = [["batch:ListJobs", "batch:DescribeJobs"], ["*"]]
      StopJobs         = [["batch:TerminateJob"], ["arn:aws:batch:eu-west-1:123456789012:job/*"]]
    }
    error_message = "these actions on these resources, and no role to pass: a definition names it"
  }
  assert {
    condition     = [for statement in local.end_policy.Statement : statement.Condition if statement.Sid == "StopJobs"] == [{ StringEqualsIfExists = { "aws:ResourceTag/activity-dispatch" = "first" } }]
    error_message = "jobs of another stack must not be ended"
  }
  assert {
    condition     = local.end_policy.Statement[*].Sid == ["FindAndWatchJobs", "StopJobs", "ReadJobLogs"] && local.end_policy.Statement[2].Resource == ["arn:aws:logs:eu-west-1:123456789012:log-group:/batch/first-*:log-stream:jobs/*"]
    error_message = "the reporter submits nothing; it reads the jobs' streams only"
  }
}

run "trainings_of_tasks_may_be_run_with_the_jobs_roles" {
  command = plan
  variables {
    backends = ["sagemaker"]
  }

  assert {
    condition = jsonencode(local.start_policy.Statement) == jsonencode([
      {
        Sid      = "RunTrainings"
        Effect   = "Allow"
        Action   = ["sagemaker:CreateTrainingJob"]
        Resource = ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/task-*"]
      },
      {
        Sid       = "TagTrainings"
        Effect    = "Allow"
        Action    = ["sagemaker:AddTags"]
        Resource  = ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/task-*"]
        Condition = { StringEquals = { "sagemaker:TaggingAction" = "CreateTrainingJob" } }
      },
      {
        Sid      = "WatchAndStopTrainings"
        Effect   = "Allow"
        Action   = ["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]
        Resource = ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/task-*"]
      },
      {
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::123456789012:role/first/jobs/first-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["sagemaker.amazonaws.com"] } }
      },
    ])
    error_message = "trainings by the tasks' names, roles by path and name, to SageMaker only"
  }
  assert {
    condition = { for statement in local.end_policy.Statement : statement.Sid => statement.Resource } == {
      WatchAndStopTrainings = ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/task-*"]
      ReadTrainingLogs      = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:log-stream:task-*"]
      FindTrainingLogs      = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/sagemaker/TrainingJobs:*"]
    }
    error_message = "the reporter starts none; it reads the trainings' streams only"
  }
}

run "roles_follow_the_given_path" {
  command = plan
  variables {
    iam = { job_path = "/company/jobs/" }
  }

  assert {
    condition = alltrue([for statement in local.start_policy.Statement :
      statement.Resource == ["arn:aws:iam::123456789012:role/company/jobs/first-*"] && statement.Condition.StringEquals["iam:PassedToService"] == ["ecs-tasks.amazonaws.com", "sagemaker.amazonaws.com"]
    if contains(statement.Action, "iam:PassRole")])
    error_message = "only roles in the jobs' path may be passed, and only to jobs"
  }
}
