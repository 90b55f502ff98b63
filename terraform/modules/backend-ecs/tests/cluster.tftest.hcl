mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/studio-words" }
  }
}

override_resource {
  target          = aws_iam_role.this["task"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-task" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-execution" }
}

run "says_what_the_library_reads" {
  command = plan

  assert {
    condition     = output.backend.kind == "ecs" && output.backend.name == "words"
    error_message = "kind and name"
  }
  assert {
    condition = jsondecode(output.backend.config) == {
      cluster           = "arn:aws:ecs:eu-west-1:123456789012:cluster/studio"
      task_definition   = "studio-words"
      container         = "job"
      capacity          = [{ provider = "FARGATE", weight = 1, base = 0 }]
      exec              = false
      subnets           = ["subnet-1", "subnet-2"]
      security_groups   = ["sg-jobs"]
      assign_public_ip  = true
      log_group         = "/ecs/studio-words"
      log_stream_prefix = "jobs"
    }
    error_message = "by default jobs run on the stack's cluster and in its network, on Fargate"
  }
  assert {
    condition     = output.job_role_name == "studio-words-task" && output.log_group_name == "/ecs/studio-words"
    error_message = "role and log group have the stack's name before their own"
  }
}

run "an_on_demand_base_with_spot" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, capacity = [{ provider = "FARGATE", base = 1 }, { provider = "FARGATE_SPOT", weight = 3 }] }
  }

  assert {
    condition     = jsondecode(output.backend.config).capacity == [{ provider = "FARGATE", weight = 1, base = 1 }, { provider = "FARGATE_SPOT", weight = 3, base = 0 }]
    error_message = "the list is a capacity provider strategy"
  }
}

run "gpus_and_shared_memory_on_instances" {
  command = plan
  variables {
    settings = {
      container = { image = "worker", gpus = 2, shared_memory_mb = 1024, ulimits = { memlock = { soft = -1, hard = -1 }, nofile = { soft = 1024, hard = 4096 } } }
      size      = { cpu = 6, memory_mb = 30000 }
      capacity  = [{ provider = "studio-gpus" }]
    }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].resourceRequirements == [{ type = "GPU", value = "2" }] && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].linuxParameters == { initProcessEnabled = true, sharedMemorySize = 1024 }
    error_message = "the job's container gets the GPUs and the memory that processes share"
  }
  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].ulimits == [{ name = "memlock", softLimit = -1, hardLimit = -1 }, { name = "nofile", softLimit = 1024, hardLimit = 4096 }]
    error_message = "limits must be as given"
  }
  assert {
    condition     = aws_ecs_task_definition.this.requires_compatibilities == toset(["EC2"]) && jsondecode(output.backend.config).gpus == 2 && aws_ecs_task_definition.this.cpu == "6144"
    error_message = "the definition is for instances, whose sizes are not Fargate's"
  }
}

run "managed_instances" {
  command = plan
  variables {
    settings = { container = { image = "worker", gpus = 1 }, capacity = [{ provider = "studio-managed" }], compatibilities = [] }
  }

  assert {
    condition     = length(coalesce(aws_ecs_task_definition.this.requires_compatibilities, [])) == 0
    error_message = "provider 5.100 does not know MANAGED_INSTANCES: nothing may be said"
  }
}

run "a_cluster_by_arn" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" }
  }

  assert {
    condition     = jsondecode(output.backend.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
    error_message = "jobs must run in the given cluster"
  }
}

run "a_cluster_by_name" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, cluster = "shared" }
  }

  assert {
    condition     = jsondecode(output.backend.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
    error_message = "jobs must run in the given cluster"
  }
}

run "a_network_of_its_own" {
  command = plan
  variables {
    stack    = merge(var.stack, { network = null })
    settings = { container = { image = "worker" }, network = { subnets = ["subnet-3"], security_groups = ["sg-mine"] } }
  }

  assert {
    condition     = jsondecode(output.backend.config).subnets == ["subnet-3"] && jsondecode(output.backend.config).security_groups == ["sg-mine"] && !jsondecode(output.backend.config).assign_public_ip
    error_message = "subnets and security groups must be as given, without public addresses"
  }
}

run "a_session_in_a_running_job" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, exec = true }
  }

  assert {
    condition     = jsondecode(output.backend.config).exec
    error_message = "RunTask must be told"
  }
  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.task["worker"].policy).Statement : statement.Action if statement.Sid == "OpenSessions"] == [["ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel", "ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel"]]
    error_message = "the agent in the task opens the session with the job's role"
  }
}
