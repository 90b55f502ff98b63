mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "without_event_buses_no_function_may_send_events" {
  command = plan

  assert {
    condition     = alltrue([for policy in [local.dispatcher_policy, local.reporter_policy, local.reconciler_policy] : !strcontains(jsonencode(policy), "PutEvents")]) && !strcontains(jsonencode(local.take_tasks), "PutEvents")
    error_message = "off is no permission"
  }
  assert {
    condition     = !contains(keys(local.function_environment), "EVENT_BUSES") && length(output.handle.event_buses) == 0
    error_message = "off is as before"
  }
}

run "those_that_start_and_end_tasks_may_send_to_the_event_buses" {
  command = plan
  variables {
    wake_ups    = ["poll"]
    event_buses = [for name in ["films", "bills"] : "arn:aws:events:eu-west-1:123456789012:event-bus/${name}"]
  }

  assert {
    condition = alltrue([for statements in [local.dispatcher_policy.Statement, local.take_tasks, local.reporter_policy.Statement, local.reconciler_policy.Statement] :
      jsonencode([for statement in statements : [statement.Action, statement.Resource, statement.Condition] if statement.Sid == "TellOfTasks"]) == jsonencode([[
        ["events:PutEvents"], ["arn:aws:events:eu-west-1:123456789012:event-bus/films", "arn:aws:events:eu-west-1:123456789012:event-bus/bills"],
        { "ForAllValues:StringEquals" = { "events:source" = ["activity-dispatch"] }, Null = { "events:source" = "false" } }
      ]])
    ])
    error_message = "this action on these buses, under this name"
  }
  assert {
    condition     = local.function_environment.EVENT_BUSES == "arn:aws:events:eu-west-1:123456789012:event-bus/films,arn:aws:events:eu-west-1:123456789012:event-bus/bills" && !contains(keys(output.worker_environment), "EVENT_BUSES")
    error_message = "the stack's functions know the buses, and users' functions do not"
  }
  assert {
    condition     = length(output.handle.event_buses) == 2
    error_message = "activities must find the buses in the handle"
  }
}

run "rejects_what_is_no_bus" {
  command = plan
  variables {
    event_buses = ["films"]
  }
  expect_failures = [var.event_buses]
}

run "rejects_more_buses_than_a_policy_should_name" {
  command = plan
  variables {
    event_buses = [for number in range(11) : "arn:aws:events:eu-west-1:123456789012:event-bus/films-${number}"]
  }
  expect_failures = [var.event_buses]
}
