mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
}

run "ends_of_jobs_reach_the_reporter" {
  command = plan
  variables {
    backends = {
      words = {
        name        = "lambda"
        config      = "{}"
        policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
      }
      boxes = {
        name               = "fargate"
        config             = "{}"
        policy_json        = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
        report_policy_json = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"ReadJobLogs\",\"Effect\":\"Allow\",\"Action\":[\"logs:GetLogEvents\"],\"Resource\":[\"*\"]}]}"
        event_pattern      = "{\"source\":[\"aws.ecs\"]}"
      }
    }
  }

  assert {
    condition     = { for key, rule in aws_cloudwatch_event_rule.this : key => [rule.name, rule.event_pattern] if !startswith(key, "jobs-") } == { boxes = ["first-boxes", "{\"source\":[\"aws.ecs\"]}"] }
    error_message = "a rule for each backend that has events and is not named after the stack"
  }
  assert {
    condition     = aws_cloudwatch_event_target.this["boxes"].rule == "first-boxes" && aws_cloudwatch_event_target.this["boxes"].arn == output.reporter.arn && aws_lambda_permission.this["boxes"].principal == "events.amazonaws.com"
    error_message = "the rule must be allowed to invoke the reporter"
  }
  assert {
    condition = jsondecode(aws_sqs_queue.this["report_dead_letter"].policy).Statement[1] == {
      Sid       = "KeepUndeliveredEvents"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:eu-west-1:123456789012:first-report-dead-letter"
      Condition = { ArnLike = { "aws:SourceArn" = "arn:aws:events:eu-west-1:123456789012:rule/first-*" } }
    }
    error_message = "an event that cannot be delivered is kept"
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.this["boxes"].dead_letter_config) == 1 && aws_lambda_function_event_invoke_config.reporter.maximum_retry_attempts == 2
    error_message = "an event that can't be delivered is kept, and a failed one is repeated"
  }
  assert {
    condition     = length(aws_lambda_function_event_invoke_config.reporter.destination_config) == 0
    error_message = "Lambda must not keep the reporter's events: they may hold tokens and inputs"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.reporter_lost["dropped"].dimensions.FunctionName == "first-reporter"
    error_message = "an alarm tells what is lost"
  }
  assert {
    condition     = keys(local.end_policies) == ["backend-boxes-ends"] && strcontains(local.end_policies["backend-boxes-ends"], "ReadJobLogs")
    error_message = "reporter and reconciler may read the jobs' logs"
  }
}

run "executions_that_end_without_success_reach_the_reporter" {
  command = plan
  variables {
    state_machine_arns = ["arn:aws:states:eu-west-1:123456789012:stateMachine:words"]
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["executions"].event_pattern) == {
      source      = ["aws.states"]
      detail-type = ["Step Functions Execution Status Change"]
      detail = {
        stateMachineArn = ["arn:aws:states:eu-west-1:123456789012:stateMachine:words"]
        "$or"           = [{ status = ["ABORTED", "FAILED", "TIMED_OUT"] }, { status = ["RUNNING"], redriveCount = [{ numeric = [">", 0] }] }]
      }
    }
    error_message = "only executions of these state machines may match, when they end without success or are redriven"
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.this["executions"].dead_letter_config) == 0 && aws_cloudwatch_metric_alarm.reporter_lost["undelivered"].dimensions.RuleName == "first-executions"
    error_message = "these events hold inputs and outputs: none is kept, and an alarm tells"
  }
  assert {
    condition     = [for statement in local.reporter_policy.Statement : statement.Resource if contains(statement.Action, "states:GetExecutionHistory")] == [["arn:aws:states:eu-west-1:123456789012:execution:words:*"]]
    error_message = "the reporter must be able to read their histories"
  }
}

run "the_reconciler_runs_every_minute" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.reconciler.schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_target.reconciler.arn == output.reconciler.arn && aws_lambda_permission.reconciler.principal == "events.amazonaws.com"
    error_message = "EventBridge invokes it"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.reconciler.maximum_retry_attempts == 0 && aws_cloudwatch_metric_alarm.reconciler_silent.treat_missing_data == "breaching"
    error_message = "the next pass is the retry, and silence must raise the alarm"
  }
}

run "functions_are_traced_and_alarms_notify" {
  command = plan
  variables {
    watching = { tracing = true, alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"] }
  }

  assert {
    condition     = alltrue([for alarm in concat(values(aws_cloudwatch_metric_alarm.dead_letter), [aws_cloudwatch_metric_alarm.reconciler_silent]) : alarm.alarm_actions == toset(var.watching.alarm_actions) && alarm.ok_actions == alarm.alarm_actions])
    error_message = "every alarm must notify"
  }
  assert {
    condition     = toset(keys(output.alarm_arns)) == toset(concat(["dead_letter", "report_dead_letter", "reconciler-silent", "reporter-dropped", "reporter-undelivered"], flatten([for name in ["dispatcher", "reporter", "reconciler"] : ["${name}-errors", "${name}-throttles"]])))
    error_message = "the outputs must list every alarm"
  }
}
