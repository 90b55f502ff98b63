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
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words" }
  }
  mock_resource "aws_security_group" {
    defaults = { id = "sg-made" }
  }
}

override_resource {
  target          = aws_iam_role.this["task"]
  override_during = plan
  values          = { arn = "arn:aws:iam::123456789012:role/words-task" }
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
    condition     = toset(keys(output.backend)) == toset(["name", "config", "policy_json", "report_policy_json", "event_pattern"]) && output.backend.name == "fargate"
    error_message = "the same keys as every backend"
  }
  assert {
    condition = jsondecode(output.backend.config) == {
      cluster           = "arn:aws:ecs:eu-west-1:123456789012:cluster/words"
      task_definition   = "words"
      container         = "job"
      capacity_provider = "FARGATE"
      subnets           = ["subnet-1", "subnet-2"]
      security_groups   = ["sg-made"]
      assign_public_ip  = true
      log_group         = "/ecs/words"
      log_stream_prefix = "jobs"
    }
    error_message = "the keys the library reads"
  }
  assert {
    condition = jsondecode(output.backend.event_pattern) == {
      source      = ["aws.ecs"]
      detail-type = ["ECS Task State Change"]
      detail = {
        clusterArn        = ["arn:aws:ecs:eu-west-1:123456789012:cluster/words"]
        taskDefinitionArn = [{ prefix = "arn:aws:ecs:eu-west-1:123456789012:task-definition/words:" }]
        lastStatus        = ["STOPPED"]
      }
    }
    error_message = "the ends of these jobs, nobody else's"
  }
}

run "a_job_is_one_container_with_its_log" {
  command = plan
  variables {
    container = {
      image                = "worker"
      command              = ["python", "-m", "process"]
      environment          = { MODE = "fast" }
      stop_timeout_seconds = 60
    }
    timeout_seconds = 900
    worker = {
      environment = { TASK_TABLE = "first-tasks" }
      policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition = jsondecode(aws_ecs_task_definition.this.container_definitions) == [{
      name      = "job"
      image     = "worker"
      command   = ["python", "-m", "process"]
      essential = true
      environment = [
        { name = "AWS_DEFAULT_REGION", value = "eu-west-1" }, { name = "AWS_REGION", value = "eu-west-1" },
        { name = "MODE", value = "fast" }, { name = "TASK_GRACE_SECONDS", value = "50" },
        { name = "TASK_TABLE", value = "first-tasks" }, { name = "TASK_TIMEOUT_SECONDS", value = "900" },
      ]
      stopTimeout            = 60
      linuxParameters        = { initProcessEnabled = true }
      readonlyRootFilesystem = false
      mountPoints            = []
      logConfiguration = {
        logDriver = "awslogs"
        options = {
          awslogs-group         = "/ecs/words"
          awslogs-region        = "eu-west-1"
          awslogs-stream-prefix = "jobs"
          mode                  = "blocking"
        }
      }
    }]
    error_message = "image, command, region, the user's environment and the worker's, the module's own log group"
  }
  assert {
    condition     = aws_iam_role_policy.task["worker"].policy == var.worker.policy_json
    error_message = "a job may report"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "logs are not kept for ever"
  }
}

run "the_image_says_what_runs_unless_told_otherwise" {
  command = plan

  assert {
    condition     = length(setintersection(keys(jsondecode(aws_ecs_task_definition.this.container_definitions)[0]), ["command", "entryPoint"])) == 0
    error_message = "no command and no entrypoint of the definition's"
  }
  assert {
    condition     = length(aws_iam_role_policy.task) == 0
    error_message = "a container that knows nothing of tasks may do nothing"
  }
}

run "a_container_that_knows_nothing_of_tasks_is_told_its_region_only" {
  command = plan

  assert {
    condition     = [for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name] == ["AWS_DEFAULT_REGION", "AWS_REGION"]
    error_message = "nothing that only the worker understands"
  }
}

run "the_worker_s_limits_can_be_changed" {
  command = plan
  variables {
    container = { image = "worker", stop_timeout_seconds = 2, environment = { TASK_STDOUT = "log" } }
    worker = {
      environment = { TASK_TABLE = "first-tasks" }
      policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
    }
  }

  assert {
    condition     = { for variable in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : variable.name => variable.value if startswith(variable.name, "TASK_") } == { TASK_GRACE_SECONDS = "0", TASK_STDOUT = "log", TASK_TABLE = "first-tasks" }
    error_message = "no time to end where there is none, no limit where none is set, and the user's word on stdout"
  }
}

run "takes_an_entrypoint" {
  command = plan
  variables {
    container = { image = "busybox", entrypoint = ["sh", "-c"], command = ["true"] }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].entryPoint == ["sh", "-c"]
    error_message = "instead of the image's"
  }
}

run "a_job_has_the_size_that_is_asked_for" {
  command = plan
  variables {
    size = { cpu = 4, memory_mb = 30720, ephemeral_storage_gb = 200, architecture = "ARM64" }
  }

  assert {
    condition     = aws_ecs_task_definition.this.cpu == "4096" && aws_ecs_task_definition.this.memory == "30720"
    error_message = "vCPUs in Fargate's units, memory in MB"
  }
  assert {
    condition     = aws_ecs_task_definition.this.ephemeral_storage[0].size_in_gib == 200 && aws_ecs_task_definition.this.runtime_platform[0].cpu_architecture == "ARM64"
    error_message = "disk and processor"
  }
}

run "a_job_has_fargate_s_least_by_default" {
  command = plan

  assert {
    condition     = aws_ecs_task_definition.this.cpu == "256" && aws_ecs_task_definition.this.memory == "512" && length(aws_ecs_task_definition.this.ephemeral_storage) == 0
    error_message = "a quarter of a vCPU, and the disk that is free of charge"
  }
  assert {
    condition     = aws_ecs_task_definition.this.requires_compatibilities == toset(["FARGATE"]) && aws_ecs_task_definition.this.network_mode == "awsvpc"
    error_message = "what Fargate needs"
  }
}

run "a_read_only_root_leaves_tmp_to_write" {
  command = plan
  variables {
    container = { image = "worker", read_only_root_filesystem = true }
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].readonlyRootFilesystem && jsondecode(aws_ecs_task_definition.this.container_definitions)[0].mountPoints == [{ sourceVolume = "tmp", containerPath = "/tmp" }]
    error_message = "the worker keeps its files in /tmp"
  }
  assert {
    condition     = [for volume in aws_ecs_task_definition.this.volume : volume.name] == ["tmp"]
    error_message = "the volume is there"
  }
}

run "spot_is_a_capacity_provider" {
  command = plan
  variables {
    spot = true
  }

  assert {
    condition     = jsondecode(output.backend.config).capacity_provider == "FARGATE_SPOT" && aws_ecs_cluster_capacity_providers.this[0].capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "of those that the cluster has"
  }
}

run "uses_a_cluster_that_is_there_by_arn" {
  command = plan
  variables {
    cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
  }

  assert {
    condition     = length(aws_ecs_cluster.this) == 0 && length(aws_ecs_cluster_capacity_providers.this) == 0
    error_message = "nothing of it is made or changed"
  }
  assert {
    condition     = output.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" && jsondecode(output.backend.config).cluster == output.cluster_arn
    error_message = "jobs run in it"
  }
}

run "uses_a_cluster_that_is_there_by_name" {
  command = plan
  variables {
    cluster = "shared"
  }

  assert {
    condition     = output.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" && jsondecode(output.backend.event_pattern).detail.clusterArn == [output.cluster_arn]
    error_message = "jobs run in it and their ends are heard of"
  }
}

run "lets_everything_out_and_nothing_in" {
  command = plan

  assert {
    condition     = aws_security_group.this[0].vpc_id == "vpc-1" && length(aws_vpc_security_group_egress_rule.this) == 2
    error_message = "a security group with rules for what goes out, none for what comes in"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.this["ipv4"].cidr_ipv4 == "0.0.0.0/0" && aws_vpc_security_group_egress_rule.this["ipv6"].cidr_ipv6 == "::/0"
    error_message = "to everywhere"
  }
}

run "uses_security_groups_that_are_there" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"], security_groups = ["sg-mine"] }
  }

  assert {
    condition     = length(aws_security_group.this) == 0 && jsondecode(output.backend.config).security_groups == ["sg-mine"] && jsondecode(output.backend.config).assign_public_ip == false
    error_message = "and makes none"
  }
}

run "the_dispatcher_may_run_these_jobs_in_this_cluster_only" {
  command = plan

  assert {
    condition = jsondecode(output.backend.policy_json).Statement == [
      {
        Sid       = "RunJobs"
        Effect    = "Allow"
        Action    = ["ecs:RunTask"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task-definition/words", "arn:aws:ecs:eu-west-1:123456789012:task-definition/words:*"]
        Condition = { ArnEquals = { "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/words" } }
      },
      {
        Sid       = "WatchAndStopJobs"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task/words/*"]
        Condition = { ArnEquals = { "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/words" } }
      },
      {
        Sid       = "TagJobs"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task/words/*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:aws:iam::123456789012:role/words-execution", "arn:aws:iam::123456789012:role/words-task"]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
    error_message = "this family, this cluster's tasks, these two roles"
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
        Resource = ["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words:log-stream:jobs/*"]
      },
      {
        Sid       = "WatchAndStopJobs"
        Effect    = "Allow"
        Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
        Resource  = ["arn:aws:ecs:eu-west-1:123456789012:task/words/*"]
        Condition = { ArnEquals = { "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/words" } }
      },
      {
        Sid       = "FindJobs"
        Effect    = "Allow"
        Action    = ["ecs:ListTasks"]
        Resource  = ["*"]
        Condition = { ArnEquals = { "ecs:cluster" = "arn:aws:ecs:eu-west-1:123456789012:cluster/words" } }
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
      WriteJobLogs    = [["logs:CreateLogStream", "logs:PutLogEvents"], ["arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words:*"]]
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

run "only_ecs_of_this_account_takes_the_roles" {
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
    condition     = keys(aws_iam_role_policy.task) == ["data"] && aws_iam_role_policy.task["data"].role == "words-task"
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

run "takes_the_most_of_each_number_of_cpus" {
  command = plan
  variables {
    size = { cpu = 16, memory_mb = 122880 }
  }

  assert {
    condition     = { for cpu, memory_mb in local.memory_mb : cpu => [length(memory_mb), max(memory_mb...)] } == { "0.25" = [3, 2048], "0.5" = [4, 4096], "1" = [7, 8192], "2" = [13, 16384], "4" = [23, 30720], "8" = [12, 61440], "16" = [12, 122880] }
    error_message = "AWS's table"
  }
}

run "refuses_memory_that_does_not_go_with_the_cpus" {
  command = plan
  variables {
    size = { cpu = 0.25, memory_mb = 4096 }
  }
  expect_failures = [var.size]
}

run "refuses_memory_between_the_steps" {
  command = plan
  variables {
    size = { cpu = 8, memory_mb = 17408 }
  }
  expect_failures = [var.size]
}

run "refuses_cpus_that_fargate_does_not_have" {
  command = plan
  variables {
    size = { cpu = 3, memory_mb = 8192 }
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

run "refuses_another_architecture" {
  command = plan
  variables {
    size = { architecture = "arm64" }
  }
  expect_failures = [var.size]
}

run "refuses_wrong_values" {
  command = plan
  variables {
    name               = "with space"
    container          = { image = "" }
    cluster            = "with space"
    network            = { vpc_id = "vpc-1", subnets = [] }
    policies           = { broken = "{}" }
    repository_arns    = ["*"]
    log_retention_days = 31
    kms_key_arn        = "alias/mine"
  }
  expect_failures = [
    var.name, var.container, var.cluster, var.network, var.policies, var.repository_arns, var.log_retention_days,
    var.kms_key_arn,
  ]
}

run "refuses_too_long_a_stop" {
  command = plan
  variables {
    container = { image = "worker", stop_timeout_seconds = 121 }
  }
  expect_failures = [var.container]
}

run "refuses_no_time_at_all" {
  command = plan
  variables {
    timeout_seconds = 0
  }
  expect_failures = [var.timeout_seconds]
}

run "refuses_an_environment_that_is_the_job_s" {
  command = plan
  variables {
    container = { image = "worker", environment = { TASK_ID = "mine" } }
  }
  expect_failures = [var.container]
}

run "refuses_to_make_a_security_group_nowhere" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"] }
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

run "refuses_a_policy_under_the_worker_s_name" {
  command = plan
  variables {
    policies = { worker = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }
  expect_failures = [var.policies]
}
