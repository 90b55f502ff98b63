mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "a_request_goes_to_the_dead_letter_queue_after_twenty_attempts" {
  command = plan

  assert {
    condition     = jsondecode(aws_sqs_queue_redrive_policy.this.redrive_policy).maxReceiveCount == 20
    error_message = "a request that fails twenty times goes to the dead-letter queue"
  }
  assert {
    condition     = aws_sqs_queue.this["dispatch"].visibility_timeout_seconds > local.dispatcher_timeout_seconds && local.dispatcher_timeout_seconds == 300
    error_message = "a request must not be delivered again while its dispatcher runs"
  }
  assert {
    condition     = aws_sqs_queue.this["dead_letter"].message_retention_seconds > aws_sqs_queue.this["dispatch"].message_retention_seconds
    error_message = "a dead letter keeps its age, so it needs a longer retention"
  }
  assert {
    condition     = { for key in ["dead_letter", "report_dead_letter"] : key => [aws_cloudwatch_metric_alarm.this[key].dimensions.QueueName, aws_cloudwatch_metric_alarm.this[key].threshold, aws_cloudwatch_metric_alarm.this[key].comparison_operator] } == { for key in ["dead_letter", "report_dead_letter"] : key => [aws_sqs_queue.this[key].name, 0, "GreaterThanThreshold"] }
    error_message = "a single dead letter must raise the alarm"
  }
}

run "queues_are_encrypted_and_deny_plain_http" {
  command = plan

  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : queue.sqs_managed_sse_enabled && queue.kms_master_key_id == null])
    error_message = "every queue is encrypted"
  }
  assert {
    condition = alltrue([for key, queue in aws_sqs_queue.this : jsondecode(queue.policy).Statement[0] == {
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "sqs:*"
      Resource  = "arn:aws:sqs:eu-west-1:123456789012:${queue.name}"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }])
    error_message = "each queue must deny requests without TLS"
  }
}

run "the_dispatcher_gets_batches_and_reports_each_failure" {
  command = plan

  assert {
    condition     = aws_lambda_event_source_mapping.this.batch_size == 10 && aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "the mapping must use batches of ten and partial failures"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.this.enabled && aws_lambda_event_source_mapping.this.event_source_arn == aws_sqs_queue.this["dispatch"].arn
    error_message = "requests must reach it"
  }
  assert {
    condition     = output.worker_environment == { TASK_TABLE = "first-tasks", PAYLOAD_BUCKET = "first-data-123456789012-eu-west-1", TASK_RETENTION_DAYS = "7", DISPATCH_QUEUE_URL = aws_sqs_queue.this["dispatch"].url, STACK_NAME = "first" }
    error_message = "the settings that functions read"
  }
}

run "a_paused_dispatcher_leaves_requests_in_the_queue" {
  command = plan
  variables {
    dispatch = { paused = true }
  }

  assert {
    condition     = !aws_lambda_event_source_mapping.this.enabled
    error_message = "the mapping must be disabled"
  }
}

run "the_table_expires_tasks_and_can_be_restored" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.tasks.name == "first-tasks" && aws_dynamodb_table.tasks.hash_key == "task_id" && aws_dynamodb_table.tasks.billing_mode == "PAY_PER_REQUEST"
    error_message = "the table must be on demand with the key task_id"
  }
  assert {
    condition     = aws_dynamodb_table.tasks.ttl[0].enabled && aws_dynamodb_table.tasks.ttl[0].attribute_name == "expires_at"
    error_message = "settled tasks expire"
  }
  assert {
    condition     = aws_dynamodb_table.tasks.point_in_time_recovery[0].enabled && aws_dynamodb_table.tasks.deletion_protection_enabled && !aws_dynamodb_table.tasks.server_side_encryption[0].enabled
    error_message = "recovery and protection must be on by default, with AWS's own key"
  }
  assert {
    condition     = { for index in aws_dynamodb_table.tasks.global_secondary_index : index.name => [index.hash_key, index.projection_type] } == { open = ["poll_id", "INCLUDE"], executions = ["execution_arn", "KEYS_ONLY"] }
    error_message = "open tasks, descriptions and an execution's tasks must be found"
  }
  assert {
    condition     = length(setintersection(one([for index in aws_dynamodb_table.tasks.global_secondary_index : index.non_key_attributes if index.name == "open"]), ["input", "output", "activity_description"])) == 0
    error_message = "inputs are not in the index"
  }
}

run "protection_and_retention_can_be_chosen" {
  command = plan
  variables {
    data = { deletion_protection = false, task_retention_days = 30 }
  }

  assert {
    condition     = !aws_dynamodb_table.tasks.deletion_protection_enabled && output.worker_environment.TASK_RETENTION_DAYS == "30"
    error_message = "the settings must be as given"
  }
}
