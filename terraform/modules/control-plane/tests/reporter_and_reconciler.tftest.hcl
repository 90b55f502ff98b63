mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "ends_of_jobs_reach_the_reporter" {
  command = plan

  assert {
    condition     = alltrue([for key, target in aws_cloudwatch_event_target.this : target.rule == "first-${key}" && target.arn == output.functions.reporter.arn])
    error_message = "every rule must invoke the reporter"
  }
  assert {
    condition = jsondecode(aws_sqs_queue.this["report_dead_letter"].policy).Statement[1] == {
      Sid       = "KeepUndeliveredEvents"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = "arn:aws:sqs:eu-west-1:123456789012:first-report-dead-letter"
      Condition = { ArnLike = { "aws:SourceArn" = ["arn:aws:events:eu-west-1:123456789012:rule/first-*"] } }
    }
    error_message = "an event that cannot be delivered is kept"
  }
  assert {
    condition     = alltrue([for key in ["dispatch", "dead_letter"] : length(jsondecode(aws_sqs_queue.this[key].policy).Statement) == 1])
    error_message = "EventBridge may send to no other queue"
  }
  assert {
    condition     = alltrue([for key in ["jobs-ecs", "jobs-batch", "jobs-sagemaker"] : aws_cloudwatch_event_target.this[key].dead_letter_config[0].arn == aws_sqs_queue.this["report_dead_letter"].arn]) && aws_lambda_function_event_invoke_config.reporter.maximum_retry_attempts == 2
    error_message = "an event that can't be delivered is kept, and a failed one is repeated"
  }
  assert {
    condition     = length(aws_lambda_function_event_invoke_config.reporter.destination_config) == 0
    error_message = "Lambda must not keep the reporter's events: they may hold tokens and inputs"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["reporter-dropped"].dimensions.FunctionName == "first-reporter" && aws_cloudwatch_metric_alarm.this["reporter-dropped"].metric_name == "AsyncEventsDropped"
    error_message = "an alarm tells what is lost"
  }
}

run "executions_that_end_without_success_reach_the_reporter" {
  command = plan
  variables {
    existing = { state_machines = ["words", "shop-*"] }
  }

  assert {
    condition = jsondecode(aws_cloudwatch_event_rule.this["executions"].event_pattern) == {
      source      = ["aws.states"]
      detail-type = ["Step Functions Execution Status Change"]
      detail = {
        stateMachineArn = concat(
          [for name in ["first", "words"] : "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}"],
          [for name in ["first-", "shop-"] : { prefix = "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}" }],
        )
        "$or" = [{ status = ["ABORTED", "FAILED", "TIMED_OUT"] }, { status = ["RUNNING"], redriveCount = [{ numeric = [">", 0] }] }]
      }
    }
    error_message = "only executions of these state machines may match, when they end without success or are redriven"
  }
  assert {
    condition     = length(aws_cloudwatch_event_target.this["executions"].dead_letter_config) == 0 && aws_cloudwatch_metric_alarm.this["reporter-undelivered"].dimensions.RuleName == "first-executions"
    error_message = "these events hold inputs and outputs: none is kept, and an alarm tells"
  }
  assert {
    condition     = [for statement in local.reporter_policy.Statement : statement.Resource if contains(statement.Action, "states:GetExecutionHistory")] == [[for name in ["first", "first-*", "words", "shop-*"] : "arn:aws:states:eu-west-1:123456789012:execution:${name}:*"]]
    error_message = "the reporter must be able to read their histories"
  }
}

run "the_reconciler_runs_every_minute" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.minutely["reconciler"].schedule_expression == "rate(1 minute)" && aws_cloudwatch_event_target.minutely["reconciler"].arn == output.functions.reconciler.arn && aws_lambda_permission.minutely["reconciler"].principal == "events.amazonaws.com" && aws_lambda_permission.minutely["reconciler"].source_arn == aws_cloudwatch_event_rule.minutely["reconciler"].arn
    error_message = "EventBridge invokes it"
  }
  assert {
    condition     = aws_lambda_function_event_invoke_config.minutely["reconciler"].maximum_retry_attempts == 0 && aws_lambda_function_event_invoke_config.minutely["reconciler"].maximum_event_age_in_seconds == 60
    error_message = "the next pass is the retry"
  }
  assert {
    condition     = aws_cloudwatch_metric_alarm.this["reconciler-silent"].treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.this["reconciler-silent"].comparison_operator == "LessThanThreshold" && aws_cloudwatch_metric_alarm.this["reconciler-silent"].threshold == 1
    error_message = "silence must raise the alarm"
  }
}

run "alarms_notify_and_are_listed" {
  command = plan
  variables {
    wake_ups = ["poll", "logs"]
    watching = { tracing = true, alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:oncall"] }
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(var.watching.alarm_actions) && alarm.ok_actions == alarm.alarm_actions])
    error_message = "every alarm must notify"
  }
  assert {
    condition     = toset(keys(output.alarm_arns)) == toset(concat(["dead_letter", "report_dead_letter", "reconciler-silent", "poller-silent", "reporter-dropped", "reporter-undelivered"], flatten([for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : ["${name}-errors", "${name}-throttles"]])))
    error_message = "the outputs must list every alarm"
  }
  assert {
    condition     = output.handle.alarm_actions == tolist(["arn:aws:sns:eu-west-1:123456789012:oncall"])
    error_message = "activities' alarms must notify too"
  }
  assert {
    condition     = local.watching == { alarm_actions = tolist(["arn:aws:sns:eu-west-1:123456789012:oncall"]), tracing = true }
    error_message = "the functions must be watched the same way"
  }
}

run "the_dashboard_shows_every_function_and_queue" {
  command = plan
  variables {
    wake_ups = ["poll"]
    watching = { overdue_minutes = 9, max_dispatch_errors = 3 }
  }

  assert {
    condition     = toset(keys(local.functions)) == toset(keys(output.functions)) && length(module.dashboard) == 1 && strcontains(output.dashboard_url, "/dashboard/first")
    error_message = "the dashboard must show each function of the stack"
  }
}

run "the_dashboard_can_be_left_out" {
  command = plan
  variables {
    watching = { dashboard = false }
  }

  assert {
    condition     = length(module.dashboard) == 0 && output.dashboard_url == null
    error_message = "no dashboard may be created"
  }
}
