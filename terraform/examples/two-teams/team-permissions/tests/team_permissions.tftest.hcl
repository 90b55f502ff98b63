run "a_team_writes_its_own_descriptions_only" {
  command = plan

  assert {
    condition = [for statement in jsondecode(output.policy_json).Statement : [statement.Resource, statement.Condition] if statement.Sid == "OwnDescriptions"] == [[
      ["arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks"],
      {
        "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = [
          "activity#arn:aws:states:eu-west-1:123456789012:activity:studio-films-*", "activity#callback:films-*", "activity#claim:studio-films-*",
        ] }
        Null = { "dynamodb:LeadingKeys" = "false" }
      },
    ]]
    error_message = "descriptions and claims of its own names: no tasks, slots or leases, and nothing of another team"
  }
}

run "roles_have_the_stack_s_path_and_boundary" {
  command = plan

  assert {
    condition = alltrue([for statement in jsondecode(output.policy_json).Statement : statement.Condition == { StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/bounds" } }
    if length(setintersection(statement.Action, ["iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"])) > 0])
    error_message = "no role gets permissions without the boundary"
  }
  assert {
    condition     = alltrue([for statement in jsondecode(output.policy_json).Statement : statement.Resource == ["arn:aws:iam::123456789012:role/studio/jobs/studio-films-*"] if length([for action in statement.Action : action if startswith(action, "iam:")]) > 0])
    error_message = "only its own roles, below the path of jobs: not those of the stack's functions"
  }
  assert {
    condition     = !strcontains(output.policy_json, "DeleteRolePermissionsBoundary") && [for statement in jsondecode(output.policy_json).Statement : statement.Condition if contains(statement.Action, "iam:PassRole")] == [{ StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }]
    error_message = "a boundary stays, and roles are given to containers only"
  }
}

run "everything_else_by_name" {
  command = plan

  assert {
    condition     = alltrue([for statement in jsondecode(output.policy_json).Statement : alltrue([for arn in statement.Resource : strcontains(arn, "studio-films-*")]) if !contains(["FindStack", "OwnDescriptions", "WaitForOpenTasks", "FindDefinitionsAndLogs"], statement.Sid)])
    error_message = "what it makes begins with stack and team"
  }
  assert {
    condition     = [for statement in jsondecode(output.policy_json).Statement : statement.Resource if statement.Sid == "FindStack"] == [["arn:aws:ssm:eu-west-1:123456789012:parameter/activity-dispatch/studio"]]
    error_message = "it finds the stack by its handle"
  }
  assert {
    condition     = alltrue([for action in flatten([for statement in jsondecode(output.policy_json).Statement : statement.Action if contains(statement.Resource, "*")]) : can(regex(":Describe|:DeregisterTaskDefinition$", action))])
    error_message = "only what AWS limits no further may be on everything"
  }
  assert {
    condition     = length(setintersection(jsondecode(output.policy_json).Statement[*].Sid, ["OwnFunctions", "OwnFunctionsRoles"])) == 0
    error_message = "a team without functions needs no permission on any"
  }
}

run "functions_are_named" {
  command = plan
  variables {
    function_arns      = ["arn:aws:lambda:eu-west-1:123456789012:function:films-*"]
    function_role_arns = ["arn:aws:iam::123456789012:role/films-*"]
    handle_parameter   = "/platform/studio"
  }

  assert {
    condition     = jsonencode([for statement in jsondecode(output.policy_json).Statement : statement.Resource if contains(["OwnFunctions", "OwnFunctionsRoles"], statement.Sid)]) == jsonencode([var.function_arns, var.function_role_arns])
    error_message = "these functions, and these roles"
  }
  assert {
    condition     = [for statement in jsondecode(output.policy_json).Statement : statement.Condition if statement.Sid == "OwnFunctionsRoles"] == [{ StringEquals = { "iam:PermissionsBoundary" = "arn:aws:iam::123456789012:policy/bounds" } }]
    error_message = "a function's role without a boundary could be given any permission"
  }
  assert {
    condition     = jsondecode(output.policy_json).Statement[0].Resource == ["arn:aws:ssm:eu-west-1:123456789012:parameter/platform/studio"]
    error_message = "the handle may have another name"
  }
  assert {
    condition     = [for statement in jsondecode(output.policy_json).Statement : statement.Sid if contains(statement.Action, "lambda:InvokeFunction")] == ["WaitForOpenTasks"] && !strcontains(output.policy_json, "lambda:UpdateFunctionCode")
    error_message = "of all functions, an activity invokes the reconciler alone"
  }
}

run "rejects_a_stack_without_a_boundary" {
  command = plan
  variables {
    stack = merge(var.stack, { iam = { job_path = "/studio/jobs/" } })
  }
  expect_failures = [var.stack]
}

run "rejects_a_team_that_would_have_another_s_names" {
  command = plan
  variables {
    team = "*"
  }
  expect_failures = [var.team]
}

run "rejects_every_function" {
  command = plan
  variables {
    function_arns      = ["*"]
    function_role_arns = ["*"]
  }
  expect_failures = [var.function_arns, var.function_role_arns]
}

run "rejects_a_policy_too_long_for_aws" {
  command = plan
  variables {
    function_arns = [for number in range(40) : "arn:aws:lambda:eu-west-1:123456789012:function:films-of-a-long-name-${number}"]
  }
  expect_failures = [output.policy_json]
}
