mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/batch/words" }
  }
  mock_resource "aws_security_group" {
    defaults = { id = "sg-made" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/words" }
  }
  mock_resource "aws_batch_compute_environment" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:compute-environment/words-1" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/words-instance" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-1", latest_version = 3 }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/words-instance" }
  }
}

override_resource {
  target          = aws_iam_role.this["job"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-job" }
}

override_resource {
  target          = aws_iam_role.this["execution"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-execution" }
}

variables {
  name      = "words"
  container = { image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/worker:1" }
  network   = { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-2"], assign_public_ip = true }
}

run "outputs_the_object_every_backend_outputs" {
  command = plan

  assert {
    condition     = toset(keys(output.backend)) == toset(["name", "config", "policy_json", "report_policy_json", "event_pattern"]) && output.backend.name == "batch"
    error_message = "the same keys as every backend"
  }
  assert {
    condition = jsondecode(output.backend.config) == {
      job_queue      = "arn:aws:batch:eu-west-1:123456789012:job-queue/words"
      job_definition = "words"
      log_group      = "/batch/words"
    }
    error_message = "the keys the library reads"
  }
  assert {
    condition = jsondecode(output.backend.event_pattern) == {
      source      = ["aws.batch"]
      detail-type = ["Batch Job State Change"]
      detail = {
        jobQueue      = ["arn:aws:batch:eu-west-1:123456789012:job-queue/words"]
        jobDefinition = [{ prefix = "arn:aws:batch:eu-west-1:123456789012:job-definition/words:" }]
        status        = ["SUCCEEDED", "FAILED"]
      }
    }
    error_message = "the ends of these jobs, nobody else's"
  }
}

run "a_job_on_fargate_is_one_container_with_its_log" {
  command = plan
  variables {
    container = { image = "worker", command = ["python", "-m", "process"], environment = { MODE = "fast" } }
    size      = { cpu = 0.25, memory_mb = 512, ephemeral_storage_gb = 30, architecture = "ARM64" }
    worker = {
      environment = { TASK_TABLE = "first-tasks" }
      policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition = jsondecode(aws_batch_job_definition.this.container_properties) == {
      image   = "worker"
      command = ["python", "-m", "process"]
      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" }, { name = "AWS_REGION", value = "eu-west-1" },
        { name = "MODE", value = "fast" }, { name = "TASK_TABLE", value = "first-tasks" },
        { name = "TASK_TIMEOUT_SECONDS", value = "3600" },
      ]
      resourceRequirements   = [{ type = "MEMORY", value = "512" }, { type = "VCPU", value = "0.25" }]
      jobRoleArn             = "arn:aws:iam::123456789012:role/words-job"
      executionRoleArn       = "arn:aws:iam::123456789012:role/words-execution"
      linuxParameters        = { initProcessEnabled = true }
      readonlyRootFilesystem = false
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/batch/words"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "jobs"
        }
      }
      networkConfiguration         = { assignPublicIp = "ENABLED" }
      fargatePlatformConfiguration = { platformVersion = "LATEST" }
      runtimePlatform              = { operatingSystemFamily = "LINUX", cpuArchitecture = "ARM64" }
      ephemeralStorage             = { sizeInGiB = 30 }
    }
    error_message = "image, command, region, the user's environment and the worker's, size, the module's own roles and log group"
  }
  assert {
    condition     = aws_batch_job_definition.this.platform_capabilities == toset(["FARGATE"]) && aws_batch_job_definition.this.propagate_tags
    error_message = "for Fargate, tagged"
  }
  assert {
    condition     = aws_batch_job_definition.this.timeout[0].attempt_duration_seconds == 3660
    error_message = "the worker ends its program first"
  }
  assert {
    condition     = aws_iam_role_policy.job["worker"].policy == var.worker.policy_json
    error_message = "a job may report"
  }
}

run "the_image_says_what_runs_unless_told_otherwise" {
  command = plan

  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).command == []
    error_message = "no command of the definition's"
  }
  assert {
    condition     = length(aws_iam_role_policy.job) == 0
    error_message = "a container that knows nothing of tasks may do nothing"
  }
}

run "a_queue_on_fargate" {
  command = plan

  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].type == "FARGATE" && aws_batch_compute_environment.this[0].compute_resources[0].max_vcpus == 64
    error_message = "on demand, with a limit"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].security_group_ids == toset(["sg-made"]) && aws_batch_compute_environment.this[0].compute_resources[0].subnets == toset(["subnet-1", "subnet-2"])
    error_message = "in the network, behind the group that is made"
  }
  assert {
    condition     = aws_batch_job_queue.this[0].name == "words" && aws_batch_job_queue.this[0].compute_environment_order[0].compute_environment == aws_batch_compute_environment.this[0].arn
    error_message = "the queue is the environment's"
  }
  assert {
    condition     = keys(aws_iam_role.this) == ["execution", "job"] && length(aws_launch_template.this) == 0 && length(aws_iam_instance_profile.this) == 0
    error_message = "nothing for instances"
  }
}

run "spot_on_fargate" {
  command = plan
  variables {
    compute = { spot = true, max_cpus = 4 }
  }

  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].type == "FARGATE_SPOT" && aws_batch_compute_environment.this[0].compute_resources[0].max_vcpus == 4
    error_message = "as asked for"
  }
}

run "instances_with_gpus" {
  command = plan
  override_data {
    target = data.aws_default_tags.current
    values = { tags = { Project = "digits" } }
  }
  variables {
    size    = { cpu = 8, memory_mb = 30000, gpus = 1 }
    compute = { type = "EC2", spot = true, instance_types = ["g5", "g6.xlarge"] }
  }

  assert {
    condition     = contains(jsondecode(aws_batch_job_definition.this.container_properties).resourceRequirements, { type = "GPU", value = "1" })
    error_message = "the job asks for them"
  }
  assert {
    condition     = length(setintersection(keys(jsondecode(aws_batch_job_definition.this.container_properties)), ["networkConfiguration", "fargatePlatformConfiguration", "runtimePlatform", "ephemeralStorage"])) == 0 && aws_batch_job_definition.this.platform_capabilities == toset(["EC2"])
    error_message = "and for nothing that only Fargate knows"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].type == "SPOT" && aws_batch_compute_environment.this[0].compute_resources[0].allocation_strategy == "SPOT_PRICE_CAPACITY_OPTIMIZED" && aws_batch_compute_environment.this[0].compute_resources[0].min_vcpus == 0
    error_message = "on Spot, and no instance while there is no job"
  }
  assert {
    condition     = toset(aws_batch_compute_environment.this[0].compute_resources[0].instance_type) == toset(["g5", "g6.xlarge"]) && aws_batch_compute_environment.this[0].compute_resources[0].instance_role == "arn:aws:iam::123456789012:instance-profile/words-instance"
    error_message = "of these types, with the instances' role"
  }
  assert {
    condition     = aws_launch_template.this[0].metadata_options[0].http_tokens == "required" && aws_batch_compute_environment.this[0].compute_resources[0].launch_template[0].version == "3"
    error_message = "a job can't take the instance's role"
  }
  assert {
    condition     = aws_batch_compute_environment.this[0].compute_resources[0].tags == tomap({ Project = "digits" }) && aws_launch_template.this[0].tag_specifications[0].tags == tomap({ Project = "digits" })
    error_message = "instances and disks, which Terraform does not make, have the provider's tags too"
  }
  assert {
    condition     = aws_iam_role_policy_attachment.instance[0].policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role" && jsondecode(aws_iam_role.this["instance"].assume_role_policy).Statement[0].Principal == { Service = "ec2.amazonaws.com" }
    error_message = "the agent may register the instance"
  }
}

run "instances_fit_the_architecture" {
  command = plan
  variables {
    size    = { cpu = 1, memory_mb = 1000, architecture = "ARM64" }
    compute = { type = "EC2" }
  }

  assert {
    condition     = toset(aws_batch_compute_environment.this[0].compute_resources[0].instance_type) == toset(["c7g", "m7g", "r7g"]) && aws_batch_compute_environment.this[0].compute_resources[0].type == "EC2"
    error_message = "Graviton for ARM64, on demand"
  }
}

run "only_a_lost_host_makes_batch_run_a_job_again" {
  command = plan
  variables {
    attempts        = 3
    timeout_seconds = 60
  }

  assert {
    condition     = aws_batch_job_definition.this.retry_strategy[0].attempts == 3 && aws_batch_job_definition.this.timeout[0].attempt_duration_seconds == 60
    error_message = "as often and as long as asked for"
  }
  assert {
    condition     = jsonencode([for rule in aws_batch_job_definition.this.retry_strategy[0].evaluate_on_exit : [lower(rule.action), rule.on_status_reason, rule.on_reason]]) == jsonencode([["retry", "Host EC2*", null], ["exit", null, "*"]])
    error_message = "the host first, then everything else"
  }
}

run "a_job_runs_once_by_default" {
  command = plan

  assert {
    condition     = aws_batch_job_definition.this.retry_strategy[0].attempts == 1
    error_message = "a retry is the state machine's to decide"
  }
}

run "uses_a_queue_that_is_there_by_arn" {
  command = plan
  variables {
    job_queue = "arn:aws:batch:eu-west-1:123456789012:job-queue/shared"
    network   = { assign_public_ip = true }
  }

  assert {
    condition     = length(aws_batch_job_queue.this) == 0 && length(aws_batch_compute_environment.this) == 0 && length(aws_security_group.this) == 0
    error_message = "and makes nothing for one"
  }
  assert {
    condition     = output.job_queue_arn == "arn:aws:batch:eu-west-1:123456789012:job-queue/shared" && jsondecode(output.backend.config).job_queue == output.job_queue_arn
    error_message = "jobs go to it"
  }
}

run "uses_a_queue_that_is_there_by_name" {
  command = plan
  variables {
    job_queue = "shared"
    compute   = { type = "EC2" }
    size      = { gpus = 1 }
  }

  assert {
    condition     = output.job_queue_arn == "arn:aws:batch:eu-west-1:123456789012:job-queue/shared" && jsondecode(output.backend.event_pattern).detail.jobQueue == [output.job_queue_arn]
    error_message = "jobs go to it and their ends are heard of"
  }
  assert {
    condition     = keys(aws_iam_role.this) == ["execution", "job"]
    error_message = "its instances are its own"
  }
}

run "lets_everything_out_and_nothing_in" {
  command = plan

  assert {
    condition     = aws_security_group.this[0].vpc_id == "vpc-1" && aws_vpc_security_group_egress_rule.this["ipv4"].cidr_ipv4 == "0.0.0.0/0" && aws_vpc_security_group_egress_rule.this["ipv6"].cidr_ipv6 == "::/0"
    error_message = "rules for what goes out, none for what comes in"
  }
}

run "uses_security_groups_that_are_there" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"], security_groups = ["sg-mine"] }
  }

  assert {
    condition     = length(aws_security_group.this) == 0 && aws_batch_compute_environment.this[0].compute_resources[0].security_group_ids == toset(["sg-mine"])
    error_message = "and makes none"
  }
  assert {
    condition     = jsondecode(aws_batch_job_definition.this.container_properties).networkConfiguration == { assignPublicIp = "DISABLED" }
    error_message = "no public address unless asked for"
  }
}

run "the_dispatcher_may_submit_to_this_queue_and_stop_jobs" {
  command = plan

  assert {
    condition = { for statement in jsondecode(output.backend.policy_json).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      SubmitJobs = [["batch:SubmitJob"], [
        "arn:aws:batch:eu-west-1:123456789012:job-queue/words", "arn:aws:batch:eu-west-1:123456789012:job-definition/words",
        "arn:aws:batch:eu-west-1:123456789012:job-definition/words:*",
      ]]
      FindAndWatchJobs = [["batch:ListJobs", "batch:DescribeJobs"], ["*"]]
      StopJobs         = [["batch:TerminateJob"], ["arn:aws:batch:eu-west-1:123456789012:job/*"]]
    }
    error_message = "these actions on these resources"
  }
}

run "the_reporter_may_read_the_jobs_logs_and_stop_them" {
  command = plan

  assert {
    condition = jsondecode(output.backend.report_policy_json).Statement == [
      {
        Sid      = "ReadJobLogs"
        Effect   = "Allow"
        Action   = ["logs:GetLogEvents"]
        Resource = ["arn:aws:logs:eu-west-1:123456789012:log-group:/batch/words:log-stream:jobs/*"]
      },
      {
        Sid      = "FindAndWatchJobs"
        Effect   = "Allow"
        Action   = ["batch:ListJobs", "batch:DescribeJobs"]
        Resource = ["*"]
      },
      {
        Sid      = "StopJobs"
        Effect   = "Allow"
        Action   = ["batch:TerminateJob"]
        Resource = ["arn:aws:batch:eu-west-1:123456789012:job/*"]
      },
    ]
    error_message = "the jobs' streams, and the jobs themselves"
  }
}

run "ecs_pulls_from_the_named_repositories_only" {
  command = plan
  variables {
    repository_arns = ["arn:aws:ecr:eu-west-1:123456789012:repository/worker"]
  }

  assert {
    condition = { for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      WriteJobLogs    = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-west-1:123456789012:log-group:/batch/words:*"]]
      PullImage       = [["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], ["arn:aws:ecr:eu-west-1:123456789012:repository/worker"]]
      LogInToRegistry = [["ecr:GetAuthorizationToken"], ["*"]]
    }
    error_message = "these actions on these resources"
  }
}

run "a_public_image_needs_no_registry" {
  command = plan

  assert {
    condition     = [for statement in jsondecode(aws_iam_role_policy.execution.policy).Statement : statement.Sid] == ["WriteJobLogs"]
    error_message = "logs only"
  }
}

run "only_ecs_of_this_account_takes_the_jobs_roles" {
  command = plan
  variables {
    policies = { data = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition = alltrue([for role in aws_iam_role.this : jsondecode(role.assume_role_policy).Statement[0].Principal == { Service = "ecs-tasks.amazonaws.com" } && jsondecode(role.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:ecs:eu-west-1:123456789012:*" }
    }])
    error_message = "for tasks of this account and region"
  }
  assert {
    condition     = keys(aws_iam_role_policy.job) == ["data"] && aws_iam_role_policy.job["data"].role == "words-job"
    error_message = "the given policies are the program's"
  }
}

run "takes_a_key_for_the_log" {
  command = plan
  variables {
    kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/1"
    log_retention_days = 1
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 1
    error_message = "key and retention arrive"
  }
}

run "refuses_wrong_values" {
  command = plan
  variables {
    name               = "with space"
    container          = { image = "" }
    compute            = { max_cpus = 0 }
    job_queue          = "with space"
    attempts           = 11
    timeout_seconds    = 59
    policies           = { broken = "{}" }
    repository_arns    = ["*"]
    log_retention_days = 31
    kms_key_arn        = "alias/mine"
  }
  expect_failures = [
    var.name, var.container, var.compute, var.job_queue, var.attempts, var.timeout_seconds, var.policies,
    var.repository_arns, var.log_retention_days, var.kms_key_arn,
  ]
}

run "refuses_another_type_of_compute" {
  command = plan
  variables {
    compute = { type = "SPOT" }
  }
  expect_failures = [var.compute]
}

run "refuses_instance_types_on_fargate" {
  command = plan
  variables {
    compute = { instance_types = ["c7i"] }
  }
  expect_failures = [var.compute]
}

run "refuses_an_instance_type_that_is_none" {
  command = plan
  variables {
    compute = { type = "EC2", instance_types = ["c7i large"] }
  }
  expect_failures = [var.compute]
}

run "refuses_cpus_that_fargate_does_not_have" {
  command = plan
  variables {
    size = { cpu = 3 }
  }
  expect_failures = [var.size]
}

run "refuses_memory_that_does_not_go_with_fargate_s_cpus" {
  command = plan
  variables {
    size = { cpu = 0.25, memory_mb = 4096 }
  }
  expect_failures = [var.size]
}

run "refuses_part_of_a_cpu_on_instances" {
  command = plan
  variables {
    size    = { cpu = 0.5, memory_mb = 1000 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}

run "refuses_a_job_larger_than_all_the_compute" {
  command = plan
  variables {
    size    = { cpu = 16, memory_mb = 32768 }
    compute = { max_cpus = 8 }
  }
  expect_failures = [var.size]
}

run "refuses_gpus_on_fargate" {
  command = plan
  variables {
    size = { gpus = 1 }
  }
  expect_failures = [var.size]
}

run "refuses_gpus_on_types_that_have_none" {
  command = plan
  variables {
    size    = { gpus = 1 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}

run "refuses_arm64_on_types_that_are_not" {
  command = plan
  variables {
    size    = { architecture = "ARM64" }
    compute = { type = "EC2", instance_types = ["optimal"] }
  }
  expect_failures = [var.size]
}

run "refuses_another_architecture" {
  command = plan
  variables {
    size = { architecture = "arm64" }
  }
  expect_failures = [var.size]
}

run "refuses_too_little_disk" {
  command = plan
  variables {
    size = { ephemeral_storage_gb = 20 }
  }
  expect_failures = [var.size]
}

run "refuses_disk_on_instances" {
  command = plan
  variables {
    size    = { ephemeral_storage_gb = 30 }
    compute = { type = "EC2" }
  }
  expect_failures = [var.size]
}

run "refuses_an_environment_that_is_the_job_s" {
  command = plan
  variables {
    container = { image = "worker", environment = { TASK_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "refuses_an_environment_that_is_batch_s" {
  command = plan
  variables {
    container = { image = "worker", environment = { AWS_BATCH_JOB_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "refuses_no_subnets" {
  command = plan
  variables {
    network = { vpc_id = "vpc-1" }
  }
  expect_failures = [var.network]
}

run "refuses_more_security_groups_than_a_job_can_have" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"], security_groups = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5", "sg-6"] }
  }
  expect_failures = [var.network]
}

run "refuses_to_make_a_security_group_nowhere" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"] }
  }
  expect_failures = [var.network]
}

run "refuses_a_policy_under_the_worker_s_name" {
  command = plan
  variables {
    policies = { worker = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  expect_failures = [var.policies]
}
