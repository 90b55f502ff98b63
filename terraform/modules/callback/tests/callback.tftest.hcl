mock_provider "aws" {
  override_during = plan

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
}

variables {
  name = "words"
  dispatch_queue = {
    url = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
    arn = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
  }
}

run "hands_over_token_and_input_and_waits" {
  command = plan

  assert {
    condition     = output.process_state.Type == "Task" && output.process_state.Resource == "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    error_message = "the state must wait for its callback"
  }
  assert {
    condition = output.process_state.Parameters == {
      QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
      MessageBody = {
        "callback"           = "words"
        "task_token.$"       = "$$.Task.Token"
        "input.$"            = "States.JsonToString($)"
        "execution_arn.$"    = "$$.Execution.Id"
        "state_entered_at.$" = "$$.State.EnteredTime"
      }
    }
    error_message = "the request has the keys the dispatcher reads"
  }
  assert {
    condition     = output.process_state.HeartbeatSeconds == 300 && output.process_state.TimeoutSeconds == 3600
    error_message = "an unset timeout or heartbeat leaves an execution stuck for years"
  }
}

run "retries_the_message_and_retryable_errors" {
  command = plan

  assert {
    condition     = contains(output.process_state.Retry[0].ErrorEquals, "SQS.AmazonSQSException") && contains(output.process_state.Retry[1].ErrorEquals, "Job.Interrupted")
    error_message = "throttled messages and retryable errors must be retried"
  }
}

run "the_message_is_retried_even_without_retry_rules" {
  command = plan
  variables {
    retry = []
  }

  assert {
    condition     = length(output.process_state.Retry) == 1
    error_message = "errors of the queue must be retried regardless of the user's rules"
  }
}

run "the_state_machine_may_only_send_to_the_queue" {
  command = plan

  assert {
    condition = jsondecode(output.execution_policy_json).Statement == [{
      Sid      = "HandTasksToDispatcher"
      Effect   = "Allow"
      Action   = ["sqs:SendMessage"]
      Resource = ["arn:aws:sqs:eu-west-1:123456789012:dispatch"]
    }]
    error_message = "one action on one queue"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name              = "a b"
    dispatch_queue    = { url = "queue", arn = "queue" }
    heartbeat_seconds = 0
  }
  expect_failures = [var.name, var.dispatch_queue, var.heartbeat_seconds]
}

run "rejects_a_heartbeat_as_long_as_the_timeout" {
  command = plan
  variables {
    heartbeat_seconds = 60
    timeout_seconds   = 60
  }
  expect_failures = [var.timeout_seconds]
}

run "an_encrypted_queue_needs_its_key" {
  command = plan
  variables {
    dispatch_queue = {
      url         = "https://sqs.eu-west-1.amazonaws.com/123456789012/dispatch"
      arn         = "arn:aws:sqs:eu-west-1:123456789012:dispatch"
      kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1"
    }
  }

  assert {
    condition     = jsondecode(output.execution_policy_json).Statement[1].Resource == [var.dispatch_queue.kms_key_arn]
    error_message = "executions must be able to encrypt their requests"
  }
}
