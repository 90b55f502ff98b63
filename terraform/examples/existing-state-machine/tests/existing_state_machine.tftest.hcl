mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages     = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
  role_name    = "mine"
}

run "one_state_is_replaced_and_the_others_stay" {
  command = plan

  assert {
    condition     = local.definition.StartAt == "Check" && local.definition.States.Check == local.orders.States.Check && local.definition.States.Archive == local.orders.States.Archive
    error_message = "as they were"
  }
  assert {
    condition     = local.definition.States.Invoice.Type == "Parallel" && local.definition.States.Invoice.Next == "Archive" && local.definition.States.Invoice.ResultPath == "$.result"
    error_message = "pushed, in the same place"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.dispatch.policy).Statement[0].Action == ["sqs:SendMessage"]
    error_message = "the role may ask for a dispatch"
  }
}
