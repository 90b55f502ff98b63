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
    condition     = alltrue([for policies in local.job_policies : policies == {}])
    error_message = "a policy must have a statement: there must be none"
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
    condition = jsonencode(jsondecode(local.job_policies.dispatcher.jobs).Statement) == jsonencode([
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
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::123456789012:role/first/jobs/first-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["ecs-tasks.amazonaws.com"] } }
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
    ])
    error_message = "definitions by name, the stack's clusters, roles by path and name, to ECS tasks only"
  }
  assert {
    condition     = jsondecode(local.job_policies.reporter.jobs).Statement[*].Sid == ["WatchAndStopTasks", "FindTasks", "ReadTaskLogs"] && jsondecode(local.job_policies.reporter.jobs).Statement[2].Action == ["logs:GetLogEvents"] && jsondecode(local.job_policies.reporter.jobs).Statement[2].Resource == ["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/first-*:log-stream:jobs/*"]
    error_message = "the reporter starts nothing; it reads the jobs' streams only"
  }
}

run "batch_jobs_of_this_name_may_be_submitted_to_the_stack_s_queues" {
  command = plan
  variables {
    backends = ["batch"]
  }

  assert {
    condition = { for statement in jsondecode(local.job_policies.dispatcher.jobs).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
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
    condition     = [for statement in jsondecode(local.job_policies.reporter.jobs).Statement : statement.Condition if statement.Sid == "StopJobs"] == [{ StringEqualsIfExists = { "aws:ResourceTag/activity-dispatch" = "first" } }]
    error_message = "jobs of another stack must not be ended"
  }
  assert {
    condition     = jsondecode(local.job_policies.reporter.jobs).Statement[*].Sid == ["FindAndWatchJobs", "StopJobs", "ReadJobLogs"] && jsondecode(local.job_policies.reporter.jobs).Statement[2].Resource == ["arn:aws:logs:eu-west-1:123456789012:log-group:/batch/first-*:log-stream:jobs/*"]
    error_message = "the reporter submits nothing; it reads the jobs' streams only"
  }
}

run "trainings_of_tasks_may_be_run_with_the_jobs_roles" {
  command = plan
  variables {
    backends = ["sagemaker"]
  }

  assert {
    condition = jsonencode(jsondecode(local.job_policies.dispatcher.jobs).Statement) == jsonencode([
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
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::123456789012:role/first/jobs/first-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["sagemaker.amazonaws.com"] } }
      },
      {
        Sid      = "WatchAndStopTrainings"
        Effect   = "Allow"
        Action   = ["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]
        Resource = ["arn:aws:sagemaker:eu-west-1:123456789012:training-job/task-*"]
      },
    ])
    error_message = "trainings by the tasks' names, roles by path and name, to SageMaker only"
  }
  assert {
    condition = { for statement in jsondecode(local.job_policies.reporter.jobs).Statement : statement.Sid => statement.Resource } == {
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
    condition = alltrue([for statement in jsondecode(local.job_policies.dispatcher.jobs).Statement :
      statement.Resource == ["arn:aws:iam::123456789012:role/company/jobs/first-*"] && statement.Condition.StringEquals["iam:PassedToService"] == ["ecs-tasks.amazonaws.com", "sagemaker.amazonaws.com"]
    if contains(statement.Action, "iam:PassRole")])
    error_message = "only roles in the jobs' path may be passed, and only to jobs"
  }
}
