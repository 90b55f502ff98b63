mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "the_handle_has_facts_that_others_need" {
  command = plan
  variables {
    tags = { Team = "platform" }
    logs = { retention_days = 7 }
  }

  assert {
    condition     = output.handle.version == 1 && [for key in ["name", "prefix", "partition", "region", "account"] : output.handle[key]] == ["first", "first-", "aws", "eu-west-1", "123456789012"]
    error_message = "readers make ARNs and names of them, without reading data sources"
  }
  assert {
    condition     = jsonencode(output.handle.queue) == jsonencode({ url = aws_sqs_queue.this["dispatch"].url, arn = "arn:aws:sqs:eu-west-1:123456789012:first-dispatch", kms_key_arn = null }) && output.handle.table == { name = "first-tasks", arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
    error_message = "where requests and descriptions go"
  }
  assert {
    condition     = output.handle.worker_environment == output.worker_environment && output.handle.job_environment == { for name, value in output.worker_environment : name => value if !contains(["DISPATCH_QUEUE_URL", "STACK_NAME"], name) }
    error_message = "what functions and containers read; a container's service reports its end"
  }
  assert {
    condition     = output.handle.tags == tomap({ Team = "platform" }) && output.handle.log_retention_days == 7 && jsonencode(output.handle.iam) == jsonencode({ job_path = "/first/jobs/", permissions_boundary_arn = null })
    error_message = "what activities have in common with the stack"
  }
  # Whoever adds or removes a key must also think of readers of other releases: version.
  assert {
    condition = jsonencode(keys(output.handle)) == jsonencode([
      "account", "alarm_actions", "backends", "bucket", "cluster_arn", "event_buses", "iam", "job_environment", "job_queue_arn", "kms_key_arn",
      "kms_key_arns", "listener_arn", "log_retention_days", "name", "network", "partition", "pools", "prefix", "queue", "reconciler_arn", "region", "reporter_arn",
      "starters", "state_machines", "table", "tags", "version", "wake_ups", "worker_environment",
    ])
    error_message = "the handle's fields are read by other states"
  }
}

run "other_states_read_it_from_a_parameter" {
  command = plan

  assert {
    condition     = aws_ssm_parameter.handle.name == "/activity-dispatch/first" && aws_ssm_parameter.handle.type == "String" && jsondecode(aws_ssm_parameter.handle.value) == jsondecode(jsonencode(output.handle))
    error_message = "the parameter must have what the output has"
  }
  assert {
    # A parameter holds 4 KB.
    condition     = length(aws_ssm_parameter.handle.value) < 2048
    error_message = "there must be room for new fields, tags and names"
  }
}

run "rejects_more_tags_than_the_parameter_holds" {
  command = plan
  variables {
    tags = { for number in range(40) : "a-tag-with-a-long-name-${number}" => "and with a value that is long too, as a cost centre's can be" }
  }
  expect_failures = [aws_ssm_parameter.handle]
}

run "rejects_more_clusters_than_a_role_s_policies_hold" {
  command = plan
  variables {
    existing = { clusters = [for number in range(30) : "cluster-of-a-team-with-a-name-${number}"] }
  }
  expect_failures = [aws_ssm_parameter.handle]
}

run "rejects_more_state_machines_than_an_event_pattern_holds" {
  command = plan
  variables {
    existing = { state_machines = [for number in range(26) : "machine-of-a-team-${number}"] }
  }
  expect_failures = [aws_cloudwatch_event_rule.this["executions"]]
}
