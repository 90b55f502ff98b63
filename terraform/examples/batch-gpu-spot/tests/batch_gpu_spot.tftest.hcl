mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages        = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  image           = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/renders:1"
  repository_arns = ["arn:aws:ecr:eu-west-1:123456789012:repository/renders"]
  network         = { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-2"] }
}

run "a_task_is_pushed_to_a_gpu_job" {
  command = plan

  assert {
    condition     = output.state_machine == "arn:aws:states:eu-west-1:123456789012:stateMachine:machine"
    error_message = "there must be a state machine"
  }
  assert {
    condition     = endswith(jsondecode(module.stack.activities.render.backend.config).job_queue, ":job-queue/queue") && module.stack.handle.backends == ["batch"]
    error_message = "the activity must have a queue of its own"
  }
  assert {
    condition     = module.stack.process_states.render.Branches[0].States["render-Activity"].TimeoutSeconds == 21600
    error_message = "an instance may take long to arrive"
  }
}
