mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/first-batch" }
  }
}

variables {
  name = "first"
  packages = { bucket = "releases", zips = {
    for name in ["dispatcher", "reporter", "reconciler", "poller", "listener", "prepare", "process", "publish", "reduce", "sweep"] :
    name => { key = "${name}.zip", hash = base64sha256(name) }
  } }
  example = {}
}

run "the_example_runs_prepare_the_activity_and_publish" {
  command = plan

  assert {
    condition     = keys(output.state_machines) == ["lambda"] && keys(output.activities) == ["lambda"]
    error_message = "one state machine and one activity for each backend"
  }
  assert {
    condition = [for name in ["Prepare", "Process", "Publish"] : [
      lookup(local.example_definitions.lambda.States[name], "Next", null), local.example_definitions.lambda.States[name].Type,
    ]] == [["Process", "Task"], ["Publish", "Parallel"], [null, "Task"]]
    error_message = "Prepare, then the activity's own state, then Publish"
  }
  assert {
    condition     = local.example_definitions.lambda.StartAt == "Prepare" && local.example_definitions.lambda.States.Publish.End
    error_message = "it must start with Prepare and end with Publish"
  }
  assert {
    condition     = { for key, value in local.example_definitions.lambda.States.Process : key => value if key != "Next" } == output.process_states.lambda
    error_message = "the example uses the same state that users get"
  }
  assert {
    condition     = alltrue([for name in ["Prepare", "Publish"] : contains(local.example_definitions.lambda.States[name].Retry[0].ErrorEquals, "Lambda.TooManyRequestsException")])
    error_message = "a throttled invocation is retried"
  }
  assert {
    condition     = toset(keys(output.functions)) == toset(["dispatcher", "reporter", "reconciler", "prepare", "process", "publish", "reduce"])
    error_message = "the outputs must list the functions of the stack"
  }
}

run "the_fan_out_maps_texts_to_jobs_and_merges_their_outputs" {
  command = plan
  variables {
    example = { fan_out_max_concurrency = 7 }
  }

  assert {
    condition     = keys(output.examples) == ["fan-out"]
    error_message = "the fan-out is separate from the state machines of the backends"
  }
  assert {
    condition     = local.fan_out_definitions["fan-out"].StartAt == "OneOrMany" && [for choice in local.fan_out_definitions["fan-out"].States.OneOrMany.Choices : [choice.Variable, choice.Next]] == [["$.sources", "Texts"], ["$.source", "One"]]
    error_message = "a list, or one text"
  }
  assert {
    condition     = local.fan_out_definitions["fan-out"].States.One.Parameters == { "sources.$" = "States.Array($.source)" } && local.fan_out_definitions["fan-out"].States.None.Error == "InvalidInput"
    error_message = "one text is a list of one, and no text is an error"
  }
  assert {
    condition     = local.fan_out_definitions["fan-out"].States.Texts.MaxConcurrency == 7 && local.fan_out_definitions["fan-out"].States.Texts.ItemSelector == { "source.$" = "$$.Map.Item.Value" }
    error_message = "each text is prepared like a single one, with the given concurrency"
  }
  assert {
    condition     = { for key, value in local.fan_out_definitions["fan-out"].States.Texts.ItemProcessor.States.Process : key => value if key != "End" } == output.process_states.lambda
    error_message = "each text goes through the activity"
  }
  assert {
    condition     = [for name in ["One", "Texts", "Reduce", "Publish"] : lookup(local.fan_out_definitions["fan-out"].States[name], "Next", null)] == ["Texts", "Reduce", "Publish", null]
    error_message = "the outputs are then merged and published"
  }
}

run "the_fan_out_can_use_another_backend" {
  command = plan
  variables {
    example = { fan_out_backend = "fargate" }
    fargate = { container = { image = "worker" } }
  }

  assert {
    condition     = { for key, value in local.fan_out_definitions["fan-out"].States.Texts.ItemProcessor.States.Process : key => value if key != "End" } == output.process_states.fargate
    error_message = "the settings must be as requested"
  }
}

run "example_functions_have_only_the_permissions_they_need" {
  command = plan

  assert {
    condition = { for statement in local.prepare_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReadData                 = [["s3:GetObject"], ["arn:aws:s3:::first-data-123456789012-eu-west-1/*"]]
      TellMissingFromForbidden = [["s3:ListBucket"], ["arn:aws:s3:::first-data-123456789012-eu-west-1"]]
    }
    error_message = "prepare may only read"
  }
  assert {
    condition     = toset(flatten(local.process_policy.Statement[*].Action)) == toset(["s3:GetObject", "s3:PutObject"])
    error_message = "process may only read and write"
  }
  assert {
    condition     = length(local.steps.publish.policies) + length(local.steps.reduce.policies) == 0
    error_message = "publish and reduce need no permissions"
  }
  assert {
    condition     = local.steps_policies.one.Statement[0].Action == ["lambda:InvokeFunction"] && length(local.steps_policies.one.Statement[0].Resource) == 2 && length(local.steps_policies.many.Statement[0].Resource) == 3
    error_message = "the state machine invokes only the steps; the dispatcher invokes process"
  }
}

run "the_dashboard_shows_every_function_and_alarm" {
  command = plan
  variables {
    watching = { overdue_minutes = 9, max_dispatch_errors = 3, alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:duty"] }
  }

  assert {
    condition     = toset(keys(local.functions)) == toset(keys(output.functions)) && length(module.dashboard) == 1 && strcontains(output.dashboard_url, "/dashboard/first")
    error_message = "the dashboard must show each function of the stack"
  }
  # Two for queues, one for the reconciler, two for each function, two for the activity, one for its invocations.
  assert {
    condition     = length(local.alarm_arns) == 2 + 1 + 2 * 7 + 2 + 1 + 2
    error_message = "every alarm of the other modules is shown"
  }
}

run "the_dashboard_can_be_left_out" {
  command = plan
  variables {
    watching = { dashboard = false }
  }

  assert {
    condition     = length(module.dashboard) == 0 && output.dashboard_url == null
    error_message = "no dashboard may be created"
  }
}

run "rejects_a_fan_out_to_a_missing_backend" {
  command = plan
  variables {
    example = { fan_out_backend = "batch" }
  }
  expect_failures = [var.example]
}

run "rejects_a_fan_out_wider_than_a_map_allows" {
  command = plan
  variables {
    example = { fan_out_max_concurrency = 41 }
  }
  expect_failures = [var.example]
}
