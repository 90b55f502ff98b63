mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages     = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
  role_name    = "mine"
}

run "only_one_state_is_replaced" {
  command = plan

  assert {
    condition     = local.definition.StartAt == "Check" && local.definition.States.Check == local.orders.States.Check && local.definition.States.Archive == local.orders.States.Archive
    error_message = "the other states must be unchanged"
  }
  assert {
    condition     = local.definition.States.Invoice.Type == "Parallel" && local.definition.States.Invoice.Next == "Archive" && local.definition.States.Invoice.ResultPath == "$.result"
    error_message = "the state must be replaced in place"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.dispatch.policy).Statement[0].Action == ["sqs:SendMessage"]
    error_message = "the role must be allowed to request a dispatch"
  }
  assert {
    condition     = contains(module.stack.handle.state_machines, aws_sfn_state_machine.orders.name)
    error_message = "aborting an execution must stop its jobs at once"
  }
}
