mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/prepare" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/prepare" }
  }
}

variables {
  name    = "prepare"
  handler = "prepare.handler.handle"
  package = {
    bucket = "artefacts"
    key    = "functions/prepare-1.zip"
    hash   = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
  }
}

run "runs_the_zip_on_python_3_13_with_json_logs" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.runtime == "python3.13" && aws_lambda_function.this.architectures[0] == "arm64"
    error_message = "Python 3.13 on arm64"
  }
  assert {
    condition     = aws_lambda_function.this.s3_key == var.package.key && aws_lambda_function.this.source_code_hash == var.package.hash
    error_message = "the code must be the given zip, deployed when its hash changes"
  }
  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "JSON" && aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/prepare"
    error_message = "logs must be JSON, in the module's own group"
  }
  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 30
    error_message = "logs must expire"
  }
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1 && length(aws_lambda_function.this.environment) == 0
    error_message = "by default nothing is reserved and no environment is set"
  }
}

run "may_only_write_its_own_logs" {
  command = plan

  assert {
    condition = jsondecode(aws_iam_role_policy.logs.policy).Statement == [{
      Sid      = "WriteOwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
      Resource = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/lambda/prepare:*"
    }]
    error_message = "it may only write to its own log group"
  }
  assert {
    condition     = length(aws_iam_role_policy.this) == 0
    error_message = "there must be no other policy"
  }
  assert {
    condition     = jsondecode(aws_iam_role.this.assume_role_policy).Statement[0].Principal == { Service = "lambda.amazonaws.com" }
    error_message = "only Lambda may assume the role"
  }
}

run "accepts_policies_environment_and_limits" {
  command = plan
  variables {
    environment  = { TASK_TABLE = "tasks" }
    policies     = { worker = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
    architecture = "x86_64"
    # Lambda's own limit is 1,800 s; provider 5.100 refuses more than 900.
    limits = { timeout_seconds = 900, memory_mb = 10240, concurrency = 0 }
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables == tomap({ TASK_TABLE = "tasks" })
    error_message = "the environment must be set"
  }
  assert {
    condition     = aws_iam_role_policy.this["worker"].policy == var.policies.worker && aws_iam_role_policy.this["worker"].role == "prepare"
    error_message = "the policy must be attached to the role"
  }
  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == 0
    error_message = "0 switches the function off, it is not \"no limit\""
  }
  assert {
    condition     = aws_lambda_function.this.timeout == 900 && aws_lambda_function.this.memory_size == 10240 && aws_lambda_function.this.architectures[0] == "x86_64"
    error_message = "limits must be set"
  }
}

run "a_customer_key_covers_logs_and_environment" {
  command = plan
  variables {
    kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.kms_key_id == var.kms_key_arn && aws_lambda_function.this.kms_key_arn == var.kms_key_arn
    error_message = "logs and environment must use the key"
  }
  assert {
    condition     = jsondecode(aws_iam_role_policy.logs.policy).Statement[1].Action == ["kms:Decrypt"] && jsondecode(aws_iam_role_policy.logs.policy).Statement[1].Resource == var.kms_key_arn
    error_message = "the function must be able to decrypt its environment"
  }
}

run "no_traces_and_no_permission_to_send_them_by_default" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "PassThrough" && length(aws_iam_role_policy.tracing) == 0
    error_message = "tracing is the user's choice"
  }
}

run "tracing_comes_with_the_permission_to_send_traces" {
  command = plan
  variables {
    watching = { tracing = true }
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && jsondecode(aws_iam_role_policy.tracing[0].policy).Statement[0].Action == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    error_message = "tracing must be on, with permission to send traces"
  }
}

run "alarms_on_errors_and_throttles" {
  command = plan
  variables {
    watching = { alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"] }
  }

  assert {
    condition     = toset([for alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name]) == toset(["Errors", "Throttles"])
    error_message = "both alarms"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(var.watching.alarm_actions) && alarm.dimensions.FunctionName == "prepare"])
    error_message = "each watches this function and notifies"
  }
}

run "by_default_outside_a_vpc_in_the_root_path_without_a_boundary" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.this.vpc_config) == 0 && length(aws_iam_role_policy.network) == 0
    error_message = "a VPC must be asked for, and so must its permissions"
  }
  assert {
    condition     = aws_iam_role.this.path == "/" && aws_iam_role.this.permissions_boundary == null
    error_message = "as IAM has it by default"
  }
}

run "in_a_vpc_lambda_connects_the_function_and_its_code_cannot" {
  command = plan
  variables {
    vpc = { subnets = ["subnet-1", "subnet-2"], security_groups = ["sg-1"] }
  }

  assert {
    condition     = aws_lambda_function.this.vpc_config[0].subnet_ids == toset(["subnet-1", "subnet-2"]) && aws_lambda_function.this.vpc_config[0].security_group_ids == toset(["sg-1"])
    error_message = "the function must run in these subnets with these security groups"
  }
  # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
  assert {
    condition     = toset(jsondecode(aws_iam_role_policy.network[0].policy).Statement[0].Action) == toset([for action in ["CreateNetworkInterface", "DescribeNetworkInterfaces", "DescribeSubnets", "DeleteNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"] : "ec2:${action}"])
    error_message = "Lambda needs these actions with the function's role"
  }
  assert {
    condition = jsondecode(aws_iam_role_policy.network[0].policy).Statement[1].Effect == "Deny" && jsondecode(aws_iam_role_policy.network[0].policy).Statement[1].Condition == {
      ArnEquals = { "lambda:SourceFunctionArn" = "arn:aws:lambda:eu-west-1:123456789012:function:prepare" }
    }
    error_message = "the function's own code may change no network interface"
  }
  assert {
    condition     = length(setsubtract([for action in jsondecode(aws_iam_role_policy.network[0].policy).Statement[0].Action : action if !startswith(action, "ec2:Describe")], jsondecode(aws_iam_role_policy.network[0].policy).Statement[1].Action)) == 0
    error_message = "every permitted change must be denied to its code"
  }
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

run "logs_can_be_kept_longer_and_cheaper" {
  command = plan
  variables {
    logs = { retention_days = 365, class = "INFREQUENT_ACCESS" }
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 365 && aws_cloudwatch_log_group.this.log_group_class == "INFREQUENT_ACCESS"
    error_message = "the settings must be as given"
  }
}

run "tags_reach_everything" {
  command = plan
  variables {
    tags = { Team = "platform" }
  }

  assert {
    condition     = alltrue([for tags in concat([aws_lambda_function.this.tags, aws_iam_role.this.tags, aws_cloudwatch_log_group.this.tags], [for alarm in aws_cloudwatch_metric_alarm.this : alarm.tags]) : tags == tomap({ Team = "platform" })])
    error_message = "function, role, log group and alarms"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name         = "with space"
    description  = join("", [for i in range(257) : "x"])
    handler      = "handler"
    package      = { bucket = "b", key = "k", hash = "abc" }
    environment  = { "1A" = "x" }
    policies     = { broken = "{" }
    limits       = { timeout_seconds = 1801 }
    architecture = "arm"
    logs         = { retention_days = 31 }
    kms_key_arn  = "alias/mine"
    watching     = { alarm_actions = ["oncall"] }
    vpc          = { subnets = ["subnet-1"], security_groups = [] }
    iam          = { path = "company" }
  }
  expect_failures = [
    var.name, var.description, var.handler, var.package, var.environment, var.policies, var.limits, var.architecture, var.logs,
    var.kms_key_arn, var.watching, var.vpc, var.iam,
  ]
}

run "rejects_fractions_of_seconds" {
  command = plan
  variables {
    limits = { timeout_seconds = 1.5 }
  }
  expect_failures = [var.limits]
}

run "rejects_too_little_memory" {
  command = plan
  variables {
    limits = { memory_mb = 127 }
  }
  expect_failures = [var.limits]
}

run "rejects_more_memory_than_lambda_has_outside_managed_instances" {
  command = plan
  variables {
    limits = { memory_mb = 10241 }
  }
  expect_failures = [var.limits]
}

run "rejects_a_negative_concurrency" {
  command = plan
  variables {
    limits = { concurrency = -1 }
  }
  expect_failures = [var.limits]
}

run "rejects_half_a_concurrent_invocation" {
  command = plan
  variables {
    limits = { concurrency = 0.5 }
  }
  expect_failures = [var.limits]
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
