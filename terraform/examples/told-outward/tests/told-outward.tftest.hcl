mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages     = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
  role_name    = "mine"
}

run "tasks_are_told_to_the_bus" {
  command = plan

  assert {
    condition     = jsonencode(module.stack.handle.event_buses) == jsonencode([output.event_bus_arn])
    error_message = "the stack must be allowed to send to the bus"
  }
  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.failed.event_pattern).detail-type[0] == "Task Settled" && aws_cloudwatch_event_target.failed.event_bus_name == "letters-tasks"
    error_message = "the rule must be one of the bus, for ends"
  }
}
