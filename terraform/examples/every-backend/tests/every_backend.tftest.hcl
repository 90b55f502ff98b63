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
    condition     = keys(output.state_machines) == ["fit", "index", "sketch", "transcode"]
    error_message = "each activity must have a state machine"
  }
  assert {
    condition     = { for name, activity in module.stack.activities : name => activity.backend.kind } == { sketch = "lambda", transcode = "ecs", index = "batch", fit = "sagemaker" }
    error_message = "each backend must have an activity"
  }
  assert {
    condition     = jsondecode(module.stack.activities.transcode.backend.config).subnets == ["subnet-0b", "subnet-0b"]
    error_message = "the containers must run in a new network"
  }
}

run "an_existing_network" {
  command = plan
  variables {
    network = { vpc_id = "vpc-1", subnets = ["subnet-1"] }
  }

  assert {
    condition     = jsondecode(module.stack.activities.transcode.backend.config).subnets == ["subnet-1"]
    error_message = "the containers must run in the given network"
  }
}
