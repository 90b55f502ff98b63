mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/batch/studio-words" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/studio-words" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/words-instance" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-1", latest_version = 3 }
  }
}

override_resource {
  target          = aws_iam_role.this["job"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-job", tags_all = { Project = "digits", team = "films" } }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/studio/jobs/studio-words-execution" }
}

run "the_stack_s_queue_by_default" {
  command = plan

  assert {
    condition     = length(aws_batch_job_queue.this) == 0 && length(aws_batch_compute_environment.this) == 0 && length(aws_security_group.this) == 0
    error_message = "no queue, environment or security group may be created"
  }
  assert {
    condition     = jsondecode(output.backend.config).job_queue == "arn:aws:batch:eu-west-1:123456789012:job-queue/studio"
    error_message = "jobs must go to the stack's queue"
  }
}

run "a_queue_of_its_own_if_the_stack_has_none" {
  command = plan
  variables {
    stack = merge(var.stack, { job_queue_arn = null })
  }

  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].type == "FARGATE" && aws_batch_compute_environment.this[0].compute_resources[0].max_vcpus == 64
    error_message = "the environment must be on demand, with a limit"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].security_group_ids == toset(["sg-jobs"]) && aws_batch_compute_environment.this[0].compute_resources[0].subnets == toset(["subnet-1", "subnet-2"])
    error_message = "the environment must use the stack's network"
  }
  assert {
    condition     = aws_batch_job_queue.this[0].name == "studio-words" && aws_batch_job_queue.this[0].compute_environment_order[0].compute_environment == aws_batch_compute_environment.this[0].arn && jsondecode(output.backend.config).job_queue == aws_batch_job_queue.this[0].arn
    error_message = "the queue must use the environment, and jobs the queue"
  }
  assert {
    condition     = keys(aws_iam_role.this) == ["execution", "job"] && length(aws_launch_template.this) == 0 && length(aws_iam_instance_profile.this) == 0
    error_message = "there must be nothing for instances"
  }
}

run "spot_on_fargate" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, compute = { spot = true, max_cpus = 4 } }
  }

  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].type == "FARGATE_SPOT" && aws_batch_compute_environment.this[0].compute_resources[0].max_vcpus == 4
    error_message = "the settings must be as requested"
  }
}

run "instances_with_gpus" {
  command = plan
  variables {
    settings = {
      container = { image = "worker" }
      size      = { cpu = 8, memory_mb = 30000, gpus = 1 }
      compute   = { type = "EC2", spot = true, instance_types = ["g5", "g6.xlarge"] }
    }
  }

  assert {
    condition     = contains(jsondecode(aws_batch_job_definition.this.container_properties).resourceRequirements, { type = "GPU", value = "1" })
    error_message = "the job must request GPUs"
  }
  assert {
    condition     = length(setintersection(keys(jsondecode(aws_batch_job_definition.this.container_properties)), ["networkConfiguration", "fargatePlatformConfiguration", "runtimePlatform", "ephemeralStorage"])) == 0 && aws_batch_job_definition.this.platform_capabilities == toset(["EC2"])
    error_message = "the job must have no settings of Fargate"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].type == "SPOT" && aws_batch_compute_environment.this[0].compute_resources[0].allocation_strategy == "SPOT_PRICE_CAPACITY_OPTIMIZED" && aws_batch_compute_environment.this[0].compute_resources[0].min_vcpus == 0
    error_message = "the environment must use Spot and scale to zero"
  }
  assert {
    condition     = toset(aws_batch_compute_environment.this[0].compute_resources[0].instance_type) == toset(["g5", "g6.xlarge"]) && aws_batch_compute_environment.this[0].compute_resources[0].instance_role == "arn:aws:iam::123456789012:instance-profile/words-instance"
    error_message = "the environment must use these types and the instance role"
  }
  assert {
    condition     = aws_launch_template.this[0].metadata_options[0].http_tokens == "required" && aws_batch_compute_environment.this[0].compute_resources[0].launch_template[0].version == "3"
    error_message = "jobs must not be able to get the instance's role"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].tags == tomap({ Project = "digits", team = "films" }) && aws_launch_template.this[0].tag_specifications[0].tags == tomap({ Project = "digits", team = "films" })
    error_message = "instances and disks, which Terraform does not create, must have the provider's tags too"
  }
  assert {
    condition     = aws_iam_role_policy_attachment.instance[0].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role" && jsondecode(aws_iam_role.this["instance"].assume_role_policy).Statement[0].Principal == { Service = "ec2.amazonaws.com" }
    error_message = "the agent may register the instance"
  }
  assert {
    condition     = alltrue([for role in aws_iam_role.this : role.path == "/studio/jobs/" && role.permissions_boundary == "arn:aws:iam::123456789012:policy/bounds"])
    error_message = "the instance's role too has the stack's path and boundary"
  }
}

run "instances_fit_the_architecture" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, size = { cpu = 1, memory_mb = 1000, architecture = "ARM64" }, compute = { type = "EC2" } }
  }

  assert {
    condition     = toset(aws_batch_compute_environment.this[0].compute_resources[0].instance_type) == toset(["c7g", "m7g", "r7g"]) && aws_batch_compute_environment.this[0].compute_resources[0].type == "EC2"
    error_message = "ARM64 needs Graviton types, on demand"
  }
}

run "a_given_queue_by_arn" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, job_queue = "arn:aws:batch:eu-west-1:123456789012:job-queue/shared" }
  }

  assert {
    condition     = length(aws_batch_job_queue.this) == 0 && jsondecode(output.backend.config).job_queue == "arn:aws:batch:eu-west-1:123456789012:job-queue/shared"
    error_message = "jobs must go to the existing queue"
  }
}

run "a_given_queue_of_instances_by_name" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, job_queue = "shared", compute = { type = "EC2" }, size = { gpus = 1 } }
  }

  assert {
    condition     = jsondecode(output.backend.config).job_queue == "arn:aws:batch:eu-west-1:123456789012:job-queue/shared" && aws_batch_job_definition.this.platform_capabilities == toset(["EC2"])
    error_message = "jobs must go to the existing queue, as its compute needs"
  }
  assert {
    condition     = keys(aws_iam_role.this) == ["execution", "job"] && length(aws_batch_compute_environment.this) == 0
    error_message = "there must be nothing for instances"
  }
}

run "lets_all_traffic_out_and_none_in" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, compute = {}, network = { vpc_id = "vpc-2", subnets = ["subnet-3"] } }
  }

  assert {
    condition     = aws_security_group.this[0].vpc_id == "vpc-2" && aws_vpc_security_group_egress_rule.this["ipv4"].cidr_ipv4 == "0.0.0.0/0" && aws_vpc_security_group_egress_rule.this["ipv6"].cidr_ipv6 == "::/0"
    error_message = "there must be rules for outgoing traffic only"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].security_group_ids == toset(["sg-made"])
    error_message = "the environment must use the new security group"
  }
}

run "existing_security_groups" {
  command = plan
  variables {
    settings = { container = { image = "worker" }, compute = {}, network = { subnets = ["subnet-1"], security_groups = ["sg-mine"] } }
  }

  assert {
    condition     = length(aws_security_group.this) == 0 && aws_batch_compute_environment.this[0].compute_resources[0].security_group_ids == toset(["sg-mine"])
    error_message = "no security group may be created"
  }
  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).networkConfiguration == { assignPublicIp = "DISABLED" }
    error_message = "there must be no public address by default"
  }
}

run "a_scheduling_policy_makes_jobs_bear_their_share" {
  command = plan
  variables {
    settings = {
      container             = { image = "worker:1" }
      compute               = { type = "FARGATE" }
      scheduling_policy_arn = "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair"
    }
  }

  assert {
    condition     = aws_batch_job_queue.this[0].scheduling_policy_arn == "arn:aws:batch:eu-west-1:123456789012:scheduling-policy/fair"
    error_message = "the queue has the policy"
  }
  assert {
    condition     = jsondecode(output.backend.config).fair_share == true
    error_message = "Batch refuses a job without a share in such a queue"
  }
}

run "without_a_policy_jobs_bear_no_share" {
  command = plan

  assert {
    condition     = !contains(keys(jsondecode(output.backend.config)), "fair_share")
    error_message = "Batch refuses a share in such a queue"
  }
}

run "rejects_what_is_no_scheduling_policy" {
  command = plan
  variables {
    settings = { container = { image = "worker:1" }, scheduling_policy_arn = "fair" }
  }
  expect_failures = [aws_batch_job_definition.this]
}
