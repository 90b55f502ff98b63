mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  name     = "first"
  network  = {}
  packages = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener", "prepare", "process", "publish", "reduce", "sweep"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
}

run "stack" {
  command = plan
  module {
    source = "../../modules/stack"
  }
}

run "each_activity_has_a_machine_that_prepares_processes_and_publishes" {
  command = plan
  variables {
    stack   = run.stack.handle
    fargate = { container = { image = "worker" } }
    batch   = { container = { image = "worker" } }
  }

  assert {
    condition     = keys(output.state_machines) == ["batch", "fargate", "lambda"] && keys(output.activities) == ["batch", "fargate", "lambda"] && output.activities.fargate == "arn:aws:states:eu-west-1:123456789012:activity:first-fargate"
    error_message = "one state machine and one activity for each backend"
  }
  assert {
    condition = [for name in ["Prepare", "Process", "Publish"] : [
      lookup(jsondecode(local.one_text.lambda).States[name], "Next", null), jsondecode(local.one_text.lambda).States[name].Type,
    ]] == [["Process", "Task"], ["Publish", "Parallel"], [null, "Task"]]
    error_message = "Prepare, then the activity's own state, then Publish"
  }
  assert {
    condition     = jsondecode(local.one_text.lambda).StartAt == "Prepare" && jsondecode(local.one_text.lambda).States.Publish.End
    error_message = "it must start with Prepare and end with Publish"
  }
  assert {
    condition     = alltrue([for key in ["lambda", "fargate", "batch"] : jsonencode({ for name, value in jsondecode(local.one_text[key]).States.Process : name => value if name != "Next" }) == jsonencode(output.process_states[key])])
    error_message = "the example uses the same state that users get"
  }
  assert {
    condition     = alltrue([for name in ["Prepare", "Publish"] : contains(jsondecode(local.one_text.lambda).States[name].Retry[0].ErrorEquals, "Lambda.TooManyRequestsException")])
    error_message = "a throttled invocation is retried"
  }
  assert {
    condition     = keys(output.functions) == ["prepare", "process", "publish", "reduce"] && output.functions.process.log_group_name != ""
    error_message = "the outputs must list the functions of the example"
  }
  assert {
    condition     = { for key, activity in module.container : key => activity.backend.kind } == { fargate = "ecs", batch = "batch" } && module.lambda.backend.kind == "lambda"
    error_message = "each activity must have its backend"
  }
}

run "only_functions_by_default" {
  command = plan
  variables {
    stack = run.stack.handle
  }

  assert {
    condition     = keys(output.state_machines) == ["lambda"] && keys(output.examples) == ["fan-out"] && keys(output.execution_policies_json) == ["lambda"]
    error_message = "without containers there may only be functions"
  }
}

run "the_fan_out_maps_texts_to_jobs_and_merges_their_outputs" {
  command = plan
  variables {
    stack   = run.stack.handle
    fan_out = { max_concurrency = 7 }
  }

  assert {
    condition     = jsondecode(local.many_texts["fan-out"]).StartAt == "OneOrMany" && [for choice in jsondecode(local.many_texts["fan-out"]).States.OneOrMany.Choices : [choice.Variable, choice.Next]] == [["$.sources", "Texts"], ["$.source", "One"]]
    error_message = "a list, or one text"
  }
  assert {
    condition     = jsondecode(local.many_texts["fan-out"]).States.One.Parameters == { "sources.$" = "States.Array($.source)" } && jsondecode(local.many_texts["fan-out"]).States.None.Error == "InvalidInput"
    error_message = "one text is a list of one, and no text is an error"
  }
  assert {
    condition     = jsondecode(local.many_texts["fan-out"]).States.Texts.MaxConcurrency == 7 && jsondecode(local.many_texts["fan-out"]).States.Texts.ItemSelector == { "source.$" = "$$.Map.Item.Value" }
    error_message = "each text is prepared like a single one, with the given concurrency"
  }
  assert {
    condition     = jsonencode({ for key, value in jsondecode(local.many_texts["fan-out"]).States.Texts.ItemProcessor.States.Process : key => value if key != "End" }) == jsonencode(output.process_states.lambda)
    error_message = "each text goes through the activity"
  }
  assert {
    condition     = [for name in ["One", "Texts", "Reduce", "Publish"] : lookup(jsondecode(local.many_texts["fan-out"]).States[name], "Next", null)] == ["Texts", "Reduce", "Publish", null]
    error_message = "the outputs are then merged and published"
  }
}

run "the_fan_out_can_use_another_backend" {
  command = plan
  variables {
    stack   = run.stack.handle
    fan_out = { activity = "fargate" }
    fargate = { container = { image = "worker" } }
  }

  assert {
    condition     = jsonencode({ for key, value in jsondecode(local.many_texts["fan-out"]).States.Texts.ItemProcessor.States.Process : key => value if key != "End" }) == jsonencode(output.process_states.fargate)
    error_message = "the settings must be as requested"
  }
}

run "functions_have_only_the_permissions_they_need" {
  command = plan
  variables {
    stack   = run.stack.handle
    fargate = { container = { image = "worker" }, policies = { mine = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" } }
  }

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
  assert {
    condition     = keys(local.given_policies.fargate) == ["mine"] && length(local.given_policies.batch) == 0
    error_message = "the user's own policies stay"
  }
}

run "a_customer_key_is_used" {
  command = plan
  variables {
    stack = merge(run.stack.handle, { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" })
  }

  assert {
    condition     = local.prepare_policy.Statement[2].Action == ["kms:Decrypt"] && local.prepare_policy.Statement[2].Resource == ["arn:aws:kms:eu-west-1:123456789012:key/1"]
    error_message = "prepare must be able to decrypt"
  }
}

run "rejects_a_fan_out_to_a_missing_activity" {
  command = plan
  variables {
    stack   = run.stack.handle
    fan_out = { activity = "batch" }
  }
  expect_failures = [output.examples]
}

run "rejects_a_fan_out_wider_than_a_map_allows" {
  command = plan
  variables {
    stack   = run.stack.handle
    fan_out = { max_concurrency = 41 }
  }
  expect_failures = [var.fan_out]
}
