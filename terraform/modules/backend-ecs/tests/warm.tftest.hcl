mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "rejects_a_warm_job_without_the_worker" {
  command = plan
  variables {
    settings       = { container = { image = "worker" }, worker = false }
    linger_seconds = 20
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_a_warm_job_of_callbacks" {
  command = plan
  variables {
    callbacks      = true
    linger_seconds = 20
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_a_warm_job_that_is_killed_before_its_poll_ends" {
  command = plan
  variables {
    settings       = { container = { image = "worker", stop_timeout_seconds = 30 } }
    linger_seconds = 20
  }
  expect_failures = [aws_ecs_task_definition.this]
}

run "rejects_wrong_values_of_warm_jobs" {
  command = plan
  variables {
    linger_seconds    = 601
    max_tasks_per_job = 1
  }
  expect_failures = [var.linger_seconds, var.max_tasks_per_job]
}

run "a_warm_job_is_told_how_long_to_linger" {
  command = plan
  variables {
    linger_seconds = 20
  }

  assert {
    condition     = { for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name => variable.value if contains(["TASK_LINGER_SECONDS", "TASK_MAX_TASKS"], variable.name) } == { TASK_LINGER_SECONDS = "20", TASK_MAX_TASKS = "100" }
    error_message = "the worker reads both from its environment"
  }
  assert {
    condition     = contains(flatten([for policy in values(aws_iam_role_policy.task) : [for statement in jsondecode(policy.policy).Statement : statement.Sid]]), "TakeTasks")
    error_message = "its role takes tasks"
  }
}

run "a_job_that_is_not_warm_is_told_nothing" {
  command = plan

  assert {
    condition     = length([for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name if contains(["TASK_LINGER_SECONDS", "TASK_MAX_TASKS"], variable.name)]) == 0
    error_message = "a setting that is off changes no definition"
  }
  assert {
    condition     = !contains(flatten([for policy in values(aws_iam_role_policy.task) : [for statement in jsondecode(policy.policy).Statement : statement.Sid]]), "TakeTasks")
    error_message = "its role takes no tasks"
  }
}

run "a_poll_may_end_before_a_warm_job_is_killed" {
  command = plan
  variables {
    settings       = { container = { image = "worker", stop_timeout_seconds = 75 } }
    linger_seconds = 20
  }
}
