mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/ecs/words" }
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

run "outputs_what_every_backend_outputs" {
  command = plan

  assert {
    condition     = toset(keys(output.backend)) == toset(["name", "config", "policy_json", "report_policy_json", "event_pattern", "job_names"]) && output.backend.name == "fargate"
    error_message = "the keys must be those of every backend"
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
        taskDefinitionArn = [{ prefix = "arn:aws:ecs:eu-west-1:123456789012:task-definition/words:" }]
        lastStatus        = ["STOPPED"]
      }
    }
    error_message = "only the ends of these jobs may match"
  }
}

run "spot_is_a_capacity_provider" {
  command = plan
  variables {
    spot = true
  }

  assert {
    condition     = jsondecode(output.backend.config).capacity_provider == "FARGATE_SPOT" && aws_ecs_cluster_capacity_providers.this[0].capacity_providers == toset(["FARGATE", "FARGATE_SPOT"])
    error_message = "the cluster must have the provider that the jobs use"
  }
}

run "uses_an_existing_cluster_by_arn" {
  command = plan
  variables {
    cluster = "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
  }

  assert {
    condition     = length(aws_ecs_cluster.this) == 0 && length(aws_ecs_cluster_capacity_providers.this) == 0
    error_message = "no cluster may be created or changed"
  }
  assert {
    condition     = output.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" && jsondecode(output.backend.config).cluster == output.cluster_arn
    error_message = "jobs must run in the existing cluster"
  }
}

run "uses_an_existing_cluster_by_name" {
  command = plan
  variables {
    cluster = "shared"
  }

  assert {
    condition     = output.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
    error_message = "jobs must run in the existing cluster"
  }
}

run "lets_all_traffic_out_and_none_in" {
  command = plan

  assert {
    condition     = aws_security_group.this[0].vpc_id == "vpc-1" && length(aws_vpc_security_group_egress_rule.this) == 2
    error_message = "the security group must have rules for outgoing traffic only"
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.this["ipv4"].cidr_ipv4 == "0.0.0.0/0" && aws_vpc_security_group_egress_rule.this["ipv6"].cidr_ipv6 == "::/0"
    error_message = "traffic may go everywhere"
  }
}

run "uses_existing_security_groups" {
  command = plan
  variables {
    network = { subnets = ["subnet-1"], security_groups = ["sg-mine"] }
  }

  assert {
    condition     = length(aws_security_group.this) == 0 && jsondecode(output.backend.config).security_groups == ["sg-mine"] && jsondecode(output.backend.config).assign_public_ip == false
    error_message = "no security group may be created"
  }
}
