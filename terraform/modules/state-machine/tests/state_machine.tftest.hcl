mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_service" {
    defaults = { region = "eu-west-1" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/words" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/words-states" }
  }
}

variables {
  name       = "words"
  definition = "{\"StartAt\":\"Done\",\"States\":{\"Done\":{\"Type\":\"Succeed\"}}}"
}

run "logs_every_event_without_its_data" {
  command = plan

  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].level == "ALL" && aws_sfn_state_machine.this.logging_configuration[0].include_execution_data == false
    error_message = "the history is logged without inputs and outputs"
  }
  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].log_destination == "${aws_cloudwatch_log_group.this.arn}:*"
    error_message = "logs must go to the module's own group"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/vendedlogs/states/words" && aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "the group must be a vended one whose logs expire"
  }
  assert {
    condition     = aws_sfn_state_machine.this.type == "STANDARD" && aws_sfn_state_machine.this.definition == var.definition
    error_message = "activities need the standard type"
  }
}

run "only_step_functions_in_this_account_can_assume_the_role" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Condition == {
      StringEquals = { "aws:SourceAccount" = "123456789012" }
      ArnLike      = { "aws:SourceArn" = "arn:aws:states:eu-west-1:123456789012:stateMachine:*" }
    }
    error_message = "no other account's state machine may assume the role"
  }
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "states.amazonaws.com" }
    error_message = "only Step Functions may assume the role"
  }
}

run "may_only_deliver_logs_and_what_is_granted" {
  command = plan
  variables {
    policies = { invoke = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
  }

  assert {
    condition     = alltrue([for action in jsondecode(aws_iam_role_policy.logs.policy).Statement[0].Action : startswith(action, "logs:") && !strcontains(action, "*")])
    error_message = "the statement on * holds log delivery only"
  }
  assert {
    condition     = aws_iam_role_policy.this["invoke"].policy == var.policies.invoke && keys(aws_iam_role_policy.this) == ["invoke"]
    error_message = "only the given policies may be attached"
  }
}

run "accepts_another_log_level_and_a_key" {
  command = plan
  variables {
    logs        = { level = "ERROR", include_execution_data = true, retention_days = 7, class = "INFREQUENT_ACCESS" }
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_sfn_state_machine.this.logging_configuration[0].level == "ERROR" && aws_sfn_state_machine.this.logging_configuration[0].include_execution_data
    error_message = "level and data must be set"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_cloudwatch_log_group.this.retention_in_days == 7 && aws_cloudwatch_log_group.this.log_group_class == "INFREQUENT_ACCESS"
    error_message = "key, retention and class must be set"
  }
}

run "no_traces_and_no_permission_to_send_them_by_default" {
  command = plan

  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled == false && length(aws_iam_role_policy.tracing) == 0
    error_message = "tracing is the user's choice"
  }
}

run "tracing_comes_with_the_permission_to_send_traces" {
  command = plan
  variables {
    tracing = true
  }

  assert {
    condition     = aws_sfn_state_machine.this.tracing_configuration[0].enabled == true && jsondecode(aws_iam_role_policy.tracing[0].policy).Statement[0].Action == ["xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets"]
    error_message = "tracing must be on, with permission to send traces"
  }
}

run "nobody_hears_of_its_tasks_by_default" {
  command = plan

  assert {
    condition     = length(aws_cloudwatch_log_subscription_filter.listener) == 0
    error_message = "a log group has two subscriptions at most: none may be taken unasked"
  }
}

run "the_stack_s_listener_gets_only_scheduled_tasks" {
  command = plan
  variables {
    listener_arn = "arn:aws:lambda:eu-west-1:123456789012:function:first-listener"
  }

  assert {
    condition     = [for filter in aws_cloudwatch_log_subscription_filter.listener : [filter.log_group_name, filter.filter_pattern, filter.destination_arn]] == [["/aws/vendedlogs/states/words", "{ $.type = \"ActivityScheduled\" }", "arn:aws:lambda:eu-west-1:123456789012:function:first-listener"]]
    error_message = "only one kind of event may match"
  }
}

run "rejects_a_listener_of_a_log_without_scheduled_tasks" {
  command = plan
  variables {
    listener_arn = "arn:aws:lambda:eu-west-1:123456789012:function:first-listener"
    logs         = { level = "ERROR" }
  }
  expect_failures = [aws_cloudwatch_log_subscription_filter.listener]
}

run "rejects_a_listener_of_a_log_that_nothing_can_subscribe_to" {
  command = plan
  variables {
    listener_arn = "arn:aws:lambda:eu-west-1:123456789012:function:first-listener"
    logs         = { class = "INFREQUENT_ACCESS" }
  }
  expect_failures = [aws_cloudwatch_log_subscription_filter.listener]
}

run "path_and_boundary_are_on_the_role" {
  command = plan
  variables {
    iam = { path = "/company/team/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = aws_iam_role.this.path == "/company/team/" && aws_iam_role.this.permissions_boundary == "arn:aws:iam::123456789012:policy/boundary"
    error_message = "the role must have both"
  }
}

run "tags_reach_everything" {
  command = plan
  variables {
    tags = { Team = "platform" }
  }

  assert {
    condition     = alltrue([for tags in [aws_sfn_state_machine.this.tags, aws_iam_role.this.tags, aws_cloudwatch_log_group.this.tags] : tags == tomap({ Team = "platform" })])
    error_message = "state machine, role and log group"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name         = "with space"
    definition   = "{"
    policies     = { broken = "{}" }
    logs         = { level = "DEBUG" }
    kms_key_arn  = "alias/mine"
    listener_arn = "first-listener"
    iam          = { path = "/company" }
  }
  expect_failures = [
    var.name, var.definition, var.policies, var.logs, var.kms_key_arn, var.listener_arn, var.iam,
  ]
}

run "rejects_a_retention_that_cloudwatch_does_not_offer" {
  command = plan
  variables {
    logs = { retention_days = 31 }
  }
  expect_failures = [var.logs]
}

run "rejects_an_unknown_log_class" {
  command = plan
  variables {
    logs = { class = "GLACIER" }
  }
  expect_failures = [var.logs]
}

run "rejects_a_boundary_that_is_no_policy" {
  command = plan
  variables {
    iam = { permissions_boundary_arn = "boundary" }
  }
  expect_failures = [var.iam]
}

run "rejects_a_start_that_is_not_a_state" {
  command = plan
  variables {
    definition = "{\"StartAt\":\"Begin\",\"States\":{\"Done\":{\"Type\":\"Succeed\"}}}"
  }
  expect_failures = [var.definition]
}
