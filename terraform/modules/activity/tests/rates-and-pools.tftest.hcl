mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:words" }
}

run "what_is_off_is_not_in_the_description" {
  command = plan

  assert {
    condition     = length(setintersection(keys(jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S)), ["max_starts_per_second", "pool", "weight"])) == 0
    error_message = "an activity without a rate and a pool has the description that it had"
  }
}

run "the_description_has_rate_pool_and_weight" {
  command = plan
  variables {
    stack                 = merge(var.stack, { pools = { gpus = 4 } })
    max_starts_per_second = 0.2
    pool                  = "gpus"
    weight                = 4
  }

  assert {
    condition     = [for key in ["max_starts_per_second", "pool", "weight"] : jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S)[key]] == [0.2, "gpus", 4]
    error_message = "the dispatcher reads them there"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    max_starts_per_second = 0
    pool                  = "a pool"
    weight                = 1.5
  }
  expect_failures = [var.max_starts_per_second, var.pool, var.weight]
}

run "rejects_a_pool_that_the_stack_does_not_have" {
  command = plan
  variables {
    stack = merge(var.stack, { pools = { gpus = 4 } })
    pool  = "licences"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_pool_of_a_stack_without_pools" {
  command = plan
  variables {
    pool = "licences"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_weight_that_never_fits" {
  command = plan
  variables {
    stack  = merge(var.stack, { pools = { gpus = 4 } })
    pool   = "gpus"
    weight = 5
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_weight_without_a_pool" {
  command = plan
  variables {
    weight = 2
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_pool_of_the_poller" {
  command = plan
  variables {
    stack   = merge(var.stack, { pools = { gpus = 4 } })
    pool    = "gpus"
    wake_up = "poll"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_heartbeats_too_short_for_a_callback_that_waits_for_its_turn" {
  command = plan
  variables {
    wake_up               = "callback"
    heartbeat_seconds     = 60
    max_starts_per_second = 1
  }
  expect_failures = [aws_dynamodb_table_item.this]
}
