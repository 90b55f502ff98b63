mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages        = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  image           = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/reports:1"
  repository_arns = ["arn:aws:ecr:eu-west-1:123456789012:repository/reports"]
  network         = { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-2"] }
}

run "a_task_is_pushed_to_a_container" {
  command = plan

  assert {
    condition     = output.state_machine == "arn:aws:states:eu-west-1:123456789012:stateMachine:machine"
    error_message = "there must be a state machine"
  }
  assert {
    condition = { for key, value in jsondecode(module.stack.activities.report.backend.config) : key => value if contains(["subnets", "security_groups", "assign_public_ip", "capacity"], key) } == {
      subnets = ["subnet-1", "subnet-2"], security_groups = ["sg-made"], assign_public_ip = false, capacity = [{ provider = "FARGATE_SPOT", weight = 1, base = 0 }]
    }
    error_message = "on Spot, in the given subnets, with a new security group"
  }
}
