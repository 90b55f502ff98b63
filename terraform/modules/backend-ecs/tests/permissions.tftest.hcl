mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/studio-words" }
  }
}

override_resource {
  target          = aws_iam_role.this["task"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-task" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-execution" }
}

run "ecs_pulls_from_the_named_repositories_only" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, repository_arns = ["arn:aws:ecr:eu-west-1:123456789012:repository/worker"] }
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      WriteJobLogs    = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/studio-words:*"]]
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

run "ecs_reads_just_the_named_secrets" {
  command = plan
  variables {
    settings = {
      container = { image = "worker", secrets = {
        PASSWORD = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/db-a1b2c3:password::"
        USER     = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/db-a1b2c3:user::"
        LICENCE  = "arn:aws:ssm:eu-west-1:123456789012:parameter/studio/licence"
      } }
      sidecars            = { proxy = { image = "envoy", secrets = { KEY = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/proxy-d4e5f6" } } }
      secret_kms_key_arns = ["arn:aws:kms:eu-west-1:123456789012:key/secrets"]
    }
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].secrets == [
      { name = "LICENCE", valueFrom = "arn:aws:ssm:eu-west-1:123456789012:parameter/studio/licence" },
      { name = "PASSWORD", valueFrom = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/db-a1b2c3:password::" },
      { name = "USER", valueFrom = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/db-a1b2c3:user::" },
    ]
    error_message = "ECS puts them into the container's environment"
  }
  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => [statement.Action, statement.Resource] if statement.Sid != "WriteJobLogs" } == {
      ReadSecrets    = [["secretsmanager:GetSecretValue"], [for name in ["db-a1b2c3", "proxy-d4e5f6"] : "arn:aws:secretsmanager:eu-west-1:123456789012:secret:studio/${name}"]]
      ReadParameters = [["ssm:GetParameters"], ["arn:aws:ssm:eu-west-1:123456789012:parameter/studio/licence"]]
      DecryptSecrets = [["kms:Decrypt"], ["arn:aws:kms:eu-west-1:123456789012:key/secrets"]]
    }
    error_message = "the execution role gets just these, each once, without the key inside"
  }
  assert {
    condition     = !strcontains(aws_iam_role_policy.task["worker"].policy, "secret")
    error_message = "the program's own role needs none of them"
  }
}

run "only_ecs_in_this_account_can_assume_the_roles" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, policies = { data = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" } }
  }

  assert {
    condition = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Principal == { Service = "ecs-tasks.amazonaws.com" } && jsondecode(role.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-west-1:123456789012:*" }
    }])
    error_message = "only tasks in this account and region"
  }
  assert {
    condition     = keys(aws_iam_role_policy.task) == ["data", "worker"] && alltrue([for policy in aws_iam_role_policy.task : policy.role == "studio-words-task"])
    error_message = "the given policies must go to the program's role"
  }
}

run "every_role_has_the_stack_s_path_and_boundary" {
  command = plan

  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.path == "/studio/jobs/" && role.permissions_boundary == "arn:aws:iam::123456789012:policy/bounds"]) && toset(values(aws_iam_role.this)[*].name) == toset(["studio-words-execution", "studio-words-task"])
    error_message = "the dispatcher may pass only such roles"
  }
}

run "a_job_answers_for_the_activities_of_its_backend" {
  command = plan
  variables {
    activities = ["words", "words-left"]
    callbacks  = true
  }

  assert {
    condition = jsondecode(aws_iam_role_policy.task["worker"].policy).Statement[0].Resource == concat(
      [for name in ["words", "words-left"] : "arn:aws:states:eu-west-1:123456789012:activity:studio-${name}"],
      [for name in ["studio", "studio-*", "orders"] : "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}"],
    )
    error_message = "these activities, and callbacks on the stack's state machines"
  }
}

run "a_job_answers_for_its_own_activity_by_default" {
  command = plan

  assert {
    condition     = jsondecode(aws_iam_role_policy.task["worker"].policy).Statement[0].Resource == ["arn:aws:states:eu-west-1:123456789012:activity:studio-words"]
    error_message = "the one of its name, and no callback"
  }
}

run "tags_reach_everything" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, tags = { cost = "7" } }
  }

  assert {
    condition     = alltrue([for tags in concat([aws_cloudwatch_log_group.this.tags], values(aws_iam_role.this)[*].tags) : tags == tomap({ team = "films", cost = "7" })]) && aws_ecs_task_definition.this.tags == tomap({ team = "films", cost = "7", activity-dispatch = "studio" })
    error_message = "the stack's tags and its own; a task gets its definition's"
  }
}
