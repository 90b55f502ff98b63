mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

# IDs and ARNs are unknown until the apply, as AWS gives them.
mock_provider "aws" {
  alias  = "unknown"
  source = "../../../tests/mocks/aws"
}

run "jobs_say_themselves_where_they_run_by_default" {
  command = plan

  assert {
    condition     = output.handle.network == null && output.handle.job_queue_arn == null && length(module.network) + length(aws_batch_job_queue.this) + length(aws_security_group.jobs) == 0
    error_message = "a network must be asked for"
  }
  assert {
    condition     = aws_ecs_cluster.this[0].name == "first" && aws_ecs_cluster_capacity_providers.this[0].capacity_providers == toset(["FARGATE", "FARGATE_SPOT"]) && output.handle.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/first"
    error_message = "a cluster costs nothing and is there, with Fargate"
  }
}

run "a_small_network_is_created_if_asked_for" {
  command = plan
  variables {
    network = { max_cpus = 4 }
  }

  assert {
    condition     = jsonencode(output.handle.network) == jsonencode({ vpc_id = "vpc-0a", subnets = ["subnet-0b", "subnet-0b"], assign_public_ip = true, security_groups = ["sg-made"] })
    error_message = "activities must learn of it"
  }
  assert {
    condition     = aws_batch_job_queue.this[0].name == "first" && aws_batch_compute_environment.this[0].compute_resources[0].type == "FARGATE" && aws_batch_compute_environment.this[0].compute_resources[0].max_vcpus == 4 && output.handle.job_queue_arn == "arn:aws:batch:eu-west-1:123456789012:job-queue/first"
    error_message = "the stack's queue must run jobs on Fargate, up to the given limit"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].subnets == toset(["subnet-0b"]) && aws_batch_compute_environment.this[0].compute_resources[0].security_group_ids == toset(["sg-made"])
    error_message = "in that network"
  }
  assert {
    condition     = aws_security_group.jobs[0].name == "first-jobs" && length(aws_security_group.jobs[0].ingress) == 0 && { for key, rule in aws_vpc_security_group_egress_rule.jobs : key => [rule.ip_protocol, coalesce(rule.cidr_ipv4, rule.cidr_ipv6)] } == { ipv4 = ["-1", "0.0.0.0/0"], ipv6 = ["-1", "::/0"] }
    error_message = "jobs reach everything, and nothing reaches them"
  }
}

run "jobs_run_in_an_existing_network" {
  command = plan
  variables {
    network = { vpc_id = "vpc-0d", subnets = ["subnet-0e"], security_groups = ["sg-mine"] }
  }

  assert {
    condition     = output.handle.network == { vpc_id = "vpc-0d", subnets = tolist(["subnet-0e"]), assign_public_ip = false, security_groups = tolist(["sg-mine"]) } && length(aws_security_group.jobs) == 0
    error_message = "the settings must be as given"
  }
}

run "only_what_the_permitted_backends_need_is_created" {
  command = plan
  variables {
    backends = ["lambda", "sagemaker"]
    network  = {}
  }

  assert {
    condition     = length(aws_ecs_cluster.this) + length(aws_batch_compute_environment.this) + length(aws_batch_job_queue.this) + length(aws_security_group.jobs) == 0
    error_message = "neither a cluster nor a queue is of use"
  }
  assert {
    condition     = output.handle.cluster_arn == null && output.handle.job_queue_arn == null && output.handle.backends == ["lambda", "sagemaker"]
    error_message = "activities must not be offered what is not there"
  }
}

run "an_existing_cluster_and_queue_are_used_and_permitted" {
  command = plan
  variables {
    network  = {}
    existing = { cluster = "shared", job_queue = "night", clusters = ["older"], job_queues = ["gpu-*"] }
  }

  assert {
    condition     = length(aws_ecs_cluster.this) + length(aws_ecs_cluster_capacity_providers.this) + length(aws_batch_job_queue.this) + length(aws_batch_compute_environment.this) == 0
    error_message = "none may be created"
  }
  assert {
    condition     = output.handle.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" && output.handle.job_queue_arn == "arn:aws:batch:eu-west-1:123456789012:job-queue/night"
    error_message = "new jobs must run in them"
  }
  assert {
    condition     = local.in_clusters == { ArnLike = { "ecs:cluster" = [for name in ["shared", "first-*", "older"] : "arn:aws:ecs:eu-west-1:123456789012:cluster/${name}"] } } && local.job_queue_arns == [for name in ["night", "first-*", "gpu-*"] : "arn:aws:batch:eu-west-1:123456789012:job-queue/${name}"]
    error_message = "jobs in clusters and queues of before are watched and stopped"
  }
}

run "what_the_same_state_creates_can_be_passed" {
  # Planned first, when nothing is known; afterwards the policies are, and can be judged.
  command = apply
  providers = {
    aws = aws.unknown
  }
  module {
    source = "./tests/same_state"
  }

  assert {
    condition     = output.handle.bucket.name == "our-data" && length(output.handle.network.subnets) == 2 && output.handle.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
    error_message = "what is created must not depend on an ID"
  }
}
