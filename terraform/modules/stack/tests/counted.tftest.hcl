# What tests/repo/test_activities.py counts: the plans of these runs.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  tags = { team = "films" }
  iam  = { permissions_boundary_arn = "arn:aws:iam::123456789012:policy/bounds" }
}

run "none" {
  command = plan
}

run "one_of_each_kind" {
  command = plan
  variables {
    activities = {
      of-lambda    = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs", role = { name = "thumbs" } } }
      of-ecs       = { ecs = { container = { image = "film:1" } } }
      of-batch     = { batch = { container = { image = "film:1" } } }
      of-sagemaker = { sagemaker = { container = { image = "fit:1" } } }
      called       = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:called", role = { name = "called" } }, wake_up = "callback" }
    }
  }
}

run "everything" {
  command = plan
  variables {
    wake_ups = ["logs", "poll"]
    activities = {
      gpus   = { batch = { container = { image = "film:1" }, size = { gpus = 1 }, compute = { type = "EC2", instance_types = ["g5"] }, network = { vpc_id = "vpc-1", subnets = ["subnet-1"] } } }
      mapped = { ecs = { container = { image = "film:1" }, efs_volumes = { data = { file_system_id = "fs-1", container_path = "/data" } } } }
      thumbs = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs", role = { name = "thumbs" } } }
    }
  }
}
