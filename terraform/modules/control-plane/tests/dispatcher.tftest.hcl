mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
}

run "a_request_goes_to_the_dead_letter_queue_after_twenty_attempts" {
  command = plan

  assert {
    condition     = jsondecode(aws_sqs_queue_redrive_policy.this.redrive_policy).maxReceiveCount == 20
    error_message = "a request that fails twenty times goes to the dead-letter queue"
  }
  assert {
    condition     = aws_sqs_queue.this["dispatch"].visibility_timeout_seconds > local.function_timeout_seconds && local.function_timeout_seconds == 300
    error_message = "a request must not be delivered again while its dispatcher runs"
  }
  assert {
    condition     = alltrue([for queue in aws_sqs_queue.this : queue.sqs_managed_sse_enabled])
    error_message = "every queue is encrypted"
  }
  assert {
    condition     = aws_sqs_queue.this["dead_letter"].message_retention_seconds > aws_sqs_queue.this["dispatch"].message_retention_seconds
    error_message = "a dead letter keeps its age, so it needs a longer retention"
  }
  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.dead_letter : key => [alarm.dimensions.QueueName, alarm.threshold] } == { for key in ["dead_letter", "report_dead_letter"] : key => [aws_sqs_queue.this[key].name, 0] }
    error_message = "a single dead letter must raise the alarm"
  }
}

run "the_dispatcher_gets_batches_and_reports_each_failure" {
  command = plan
  variables {
    concurrency = { max_dispatchers = 7 }
  }

  assert {
    condition     = aws_lambda_event_source_mapping.this.batch_size == 10 && aws_lambda_event_source_mapping.this.function_response_types == toset(["ReportBatchItemFailures"])
    error_message = "the mapping must use batches of ten and partial failures"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 7
    error_message = "concurrency must be limited"
  }
  assert {
    condition     = local.worker_environment == { TASK_TABLE = "first-tasks", PAYLOAD_BUCKET = "payloads", TASK_RETENTION_DAYS = "7", DISPATCH_QUEUE_URL = "https://sqs.eu-west-1.amazonaws.com/123456789012/queue", STACK_NAME = "first" }
    error_message = "the settings the function reads"
  }
}

run "the_table_expires_tasks_and_can_be_restored" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.tasks.hash_key == "task_id" && aws_dynamodb_table.tasks.billing_mode == "PAY_PER_REQUEST"
    error_message = "the table must be on demand with the key task_id"
  }
  assert {
    condition     = aws_dynamodb_table.tasks.ttl[0].enabled && aws_dynamodb_table.tasks.ttl[0].attribute_name == "expires_at"
    error_message = "settled tasks expire"
  }
  assert {
    condition     = aws_dynamodb_table.tasks.point_in_time_recovery[0].enabled && aws_dynamodb_table.tasks.deletion_protection_enabled
    error_message = "recovery and protection must be on by default"
  }
}

run "each_activity_has_an_item" {
  command = plan

  assert {
    condition     = jsondecode(aws_dynamodb_table_item.activity["lines"].item).task_id.S == "activity#arn:aws:states:eu-west-1:123456789012:activity:lines"
    error_message = "the key is the activity's ARN"
  }
  assert {
    condition = jsondecode(jsondecode(aws_dynamodb_table_item.activity["lines"].item).activity.S) == {
      arn                    = "arn:aws:states:eu-west-1:123456789012:activity:lines"
      name                   = "lines"
      backend                = "lambda"
      config                 = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process" }
      heartbeat_seconds      = 60
      timeout_seconds        = 600
      allowed_overrides      = ["command"]
      max_concurrent_jobs    = 5
      max_queue_seconds      = null
      wake_up                = "requests"
      pollers                = 2
      overflow_after_seconds = null
    }
    error_message = "the description has the keys the library reads"
  }
  assert {
    condition     = jsondecode(aws_dynamodb_table_item.activity["lines"].item).poll_id.S == "activity" && one([for index in aws_dynamodb_table.tasks.global_secondary_index : index.hash_key if index.name == "open"]) == "poll_id"
    error_message = "the reconciler finds it in the index"
  }
  assert {
    condition     = !contains(one([for index in aws_dynamodb_table.tasks.global_secondary_index : index.non_key_attributes if index.name == "open"]), "input")
    error_message = "inputs are not in the index"
  }
  assert {
    condition     = length(aws_dynamodb_table_item.activity) == 2
    error_message = "one item each"
  }
}
