variables {
  activity = {
    key               = "words"
    arn               = null
    heartbeat_seconds = 300
    timeout_seconds   = 3600
    wake_up           = "callback"
    partition         = "aws"
    queue             = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch" }
  }
}

run "hands_over_token_and_input_and_waits" {
  command = plan

  assert {
    condition     = output.state.Type == "Task" && output.state.Resource == "arn:aws:states:::sqs:sendMessage.waitForTaskToken"
    error_message = "the state must wait for its callback"
  }
  assert {
    condition = output.state.Parameters == {
      QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch"
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
    condition     = output.state.HeartbeatSeconds == 300 && output.state.TimeoutSeconds == 3600
    error_message = "an unset timeout or heartbeat leaves an execution stuck for years"
  }
}

run "retries_the_message_and_retryable_errors" {
  command = plan

  assert {
    condition     = contains(output.state.Retry[0].ErrorEquals, "SQS.AmazonSQSException") && contains(output.state.Retry[1].ErrorEquals, "Job.Interrupted")
    error_message = "throttled messages and retryable errors must be retried"
  }
}

run "the_message_is_retried_even_without_retry_rules" {
  command = plan
  variables {
    retry = []
    catch = [{ error_equals = ["States.ALL"], next = "Stop", result_path = "$.failure" }]
  }

  assert {
    condition     = length(output.state.Retry) == 1 && output.state.Catch[0].ResultPath == "$.failure"
    error_message = "errors of the queue must be retried regardless of the user's rules"
  }
}

run "the_state_machine_may_only_send_to_the_queue" {
  command = plan

  assert {
    condition     = jsondecode(output.execution_policy_json).Statement[0].Action == ["sqs:SendMessage"] && jsondecode(output.execution_policy_json).Statement[0].Resource == ["arn:aws:sqs:eu-west-1:123456789012:studio-dispatch"] && length(jsondecode(output.execution_policy_json).Statement) == 1
    error_message = "one action on one queue"
  }
}

run "an_encrypted_queue_needs_its_key" {
  command = plan
  variables {
    activity = merge(var.activity, { queue = { url = "https://queue", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch", kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" } })
  }

  assert {
    condition     = jsondecode(output.execution_policy_json).Statement[1].Resource == ["arn:aws:kms:eu-west-1:123456789012:key/1"]
    error_message = "executions must be able to encrypt their requests"
  }
}

run "a_share_is_the_message_s_group" {
  command = plan
  variables {
    activity = {
      key               = "words"
      arn               = null
      heartbeat_seconds = 300
      timeout_seconds   = 3600
      wake_up           = "callback"
      partition         = "aws"
      share_key         = "$.tenant"
      queue             = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch" }
    }
  }

  assert {
    condition     = output.state.Parameters["MessageGroupId.$"] == "States.Hash(States.Format('{}', $.tenant), 'SHA-256')"
    error_message = "no share's messages hold up another's"
  }
}

run "an_execution_s_share_is_its_arn" {
  command = plan
  variables {
    activity = {
      key               = "words"
      arn               = null
      heartbeat_seconds = 300
      timeout_seconds   = 3600
      wake_up           = "callback"
      partition         = "aws"
      share_key         = "execution"
      queue             = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch" }
    }
  }

  assert {
    condition     = output.state.Parameters["MessageGroupId.$"] == "States.Hash(States.Format('{}', $$.Execution.Id), 'SHA-256')"
    error_message = "no execution's messages hold up another's"
  }
}

run "a_share_in_jsonata_may_be_missing" {
  command = plan
  variables {
    query_language = "JSONata"
    activity = {
      key               = "words"
      arn               = null
      heartbeat_seconds = 300
      timeout_seconds   = 3600
      wake_up           = "callback"
      partition         = "aws"
      share_key         = "$.order.customer-id"
      queue             = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch" }
    }
  }

  assert {
    condition     = output.state.Arguments.MessageGroupId == "{% $hash($exists($states.input.`order`.`customer-id`) ? $string($states.input.`order`.`customer-id`) : '', 'SHA-256') %}"
    error_message = "names may have a -, and a missing value fails no execution"
  }
}
