mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:studio-words" }
  }
}

variables {
  backend = { kind = "lambda", name = "words", config = "{\"function_arn\":\"arn:aws:lambda:eu-west-1:123456789012:function:words\"}" }
}

run "a_share_key_is_described_and_told_to_the_state" {
  command = plan
  variables {
    wake_up             = "callback"
    max_concurrent_jobs = 4
    share_key           = "$.tenant"
  }

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).share_key == "$.tenant" && output.activity.share_key == "$.tenant"
    error_message = "the dispatcher and the state must tell shares apart alike"
  }
  assert {
    condition     = can(output.process_state.Parameters["MessageGroupId.$"])
    error_message = "the message bears the share"
  }
}

run "without_them_nothing_changes" {
  command = plan
  variables {
    wake_up = "callback"
  }

  assert {
    condition     = length(setintersection(keys(jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S)), ["share_key", "batch_priority"])) == 0 && !can(output.activity.share_key) && !can(output.process_state.Parameters["MessageGroupId.$"])
    error_message = "what is off leaves no trace"
  }
}

run "an_activity_in_a_fair_batch_queue_has_shares_and_a_priority" {
  command = plan
  variables {
    backend        = { kind = "batch", name = "words", config = "{\"fair_share\":true}" }
    share_key      = "$.tenant"
    batch_priority = 7
  }

  assert {
    condition     = { for key, value in jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S) : key => value if contains(["share_key", "batch_priority"], key) } == { share_key = "$.tenant", batch_priority = 7 }
    error_message = "both must be described"
  }
  assert {
    condition     = !can(output.activity.share_key)
    error_message = "the request of an activity's task is for any of its tasks"
  }
}

run "rejects_wrong_values_of_shares" {
  command = plan
  variables {
    share_key      = "$.tenants[0]"
    batch_priority = 10000
  }
  expect_failures = [var.share_key, var.batch_priority]
}

run "rejects_a_share_key_of_an_activity" {
  command = plan
  variables {
    max_concurrent_jobs = 4
    share_key           = "$.tenant"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_executions_as_shares_of_an_activity_in_a_fair_batch_queue" {
  command = plan
  variables {
    backend   = { kind = "batch", name = "words", config = "{\"fair_share\":true}" }
    share_key = "execution"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "a_share_key_may_go_with_a_pool_and_a_rate_instead_of_a_limit" {
  command = plan
  variables {
    stack                 = merge(var.stack, { pools = { gpus = 4 } })
    wake_up               = "callback"
    share_key             = "$.tenant"
    pool                  = "gpus"
    weight                = 2
    max_starts_per_second = 0.5
  }

  assert {
    condition     = [for key in ["share_key", "pool", "weight", "max_starts_per_second"] : jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S)[key]] == ["$.tenant", "gpus", 2, 0.5]
    error_message = "tasks wait for either, and shares take turns for both"
  }
}

run "a_share_key_may_go_with_a_rate_alone" {
  command = plan
  variables {
    wake_up               = "callback"
    share_key             = "execution"
    max_starts_per_second = 0.5
  }

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).share_key == "execution"
    error_message = "tasks wait for their start"
  }
}

run "rejects_a_share_key_without_a_limit" {
  command = plan
  variables {
    wake_up   = "callback"
    share_key = "execution"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_priority_without_a_fair_queue" {
  command = plan
  variables {
    batch_priority = 7
  }
  expect_failures = [aws_dynamodb_table_item.this]
}
