mock_provider "aws" {
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
    environment          = { TASK_TABLE = "tasks" }
    policies             = { worker = "{\"Version\":\"2012-10-17\",\"Statement\":[]}" }
    reserved_concurrency = 0
    architecture         = "x86_64"
    timeout_seconds      = 900
    memory_mb            = 1024
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
    condition     = aws_lambda_function.this.timeout == 900 && aws_lambda_function.this.memory_size == 1024 && aws_lambda_function.this.architectures[0] == "x86_64"
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
    tracing = true
  }

  assert {
    condition     = aws_lambda_function.this.tracing_config[0].mode == "Active" && jsondecode(aws_iam_role_policy.tracing[0].policy).Statement[0].Action == ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    error_message = "tracing must be on, with permission to send traces"
  }
}

run "alarms_on_errors_and_throttles" {
  command = plan
  variables {
    alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"]
  }

  assert {
    condition     = toset([for alarm in aws_cloudwatch_metric_alarm.this : alarm.metric_name]) == toset(["Errors", "Throttles"])
    error_message = "both alarms"
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(var.alarm_actions) && alarm.dimensions.FunctionName == "prepare"])
    error_message = "each watches this function and notifies"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name                 = "with space"
    description          = join("", [for i in range(257) : "x"])
    handler              = "handler"
    package              = { bucket = "b", key = "k", hash = "abc" }
    environment          = { "1A" = "x" }
    policies             = { broken = "{" }
    timeout_seconds      = 901
    memory_mb            = 127
    architecture         = "arm"
    reserved_concurrency = -1
    log_retention_days   = 31
    kms_key_arn          = "alias/mine"
    alarm_actions        = ["oncall"]
  }
  expect_failures = [
    var.name, var.description, var.handler, var.package, var.environment, var.policies, var.timeout_seconds,
    var.memory_mb, var.architecture, var.reserved_concurrency, var.log_retention_days, var.kms_key_arn, var.alarm_actions,
  ]
}

run "rejects_fractions" {
  command = plan
  variables {
    timeout_seconds      = 1.5
    memory_mb            = 256.5
    reserved_concurrency = 0.5
  }
  expect_failures = [var.timeout_seconds, var.memory_mb, var.reserved_concurrency]
}
