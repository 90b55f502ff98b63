mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages       = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  function_arn   = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
  role_name      = "mine"
  image          = "worker:1"
  training_image = "training:1"
}

run "every_backend_gets_an_activity_in_a_new_network" {
  command = plan

  assert {
    condition     = keys(output.state_machines) == ["batch", "fargate", "sagemaker", "sketch"]
    error_message = "each backend must have a state machine"
  }
}
