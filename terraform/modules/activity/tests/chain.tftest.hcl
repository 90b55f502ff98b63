# Where and when jobs run: the settings of docs/running.md.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  name    = "words-spot"
  backend = { kind = "ecs", name = "words-spot", config = "{\"cluster\":\"spot\"}" }
}

run "an_activity_has_a_chain_of_backends" {
  command = plan
  variables {
    fallbacks = [
      { backend = { kind = "ecs", name = "words", config = "{\"cluster\":\"fargate\"}" } },
      { backend = { kind = "batch", name = "words", config = "{\"job_queue\":\"q\"}" }, after_interruption = true },
      { backend = { kind = "batch", name = "words", config = "{\"job_queue\":\"r\"}" }, max_queue_seconds = 600 },
    ]
  }
  assert {
    condition = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).fallbacks == [
      { backend = "ecs", config = { cluster = "fargate" }, max_queue_seconds = 900, after_interruption = false },
      { backend = "batch", config = { job_queue = "q" }, max_queue_seconds = null, after_interruption = true },
      { backend = "batch", config = { job_queue = "r" }, max_queue_seconds = 600, after_interruption = false },
    ]
    error_message = "The description must have the further backends in order, each with its own limit."
  }
}

run "without_a_chain_the_description_is_as_it_was" {
  command = plan
  assert {
    condition     = !contains(keys(jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S)), "fallbacks")
    error_message = "A setting that is off must not be in the description: its fingerprint would change."
  }
}

run "rejects_functions_short_waits_and_long_chains" {
  command = plan
  variables {
    fallbacks = [for number in range(5) : { backend = { kind = "lambda", name = "words", config = "{}" }, max_queue_seconds = 59 }]
  }
  expect_failures = [var.fallbacks]
}

run "rejects_a_chain_that_begins_with_a_function" {
  command = plan
  variables {
    backend   = { kind = "lambda", name = "words-spot", config = "{}" }
    fallbacks = [{ backend = { kind = "batch", name = "words", config = "{}" } }]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_anothers_backend" {
  command = plan
  variables {
    fallbacks = [{ backend = { kind = "batch", name = "films", config = "{}" } }]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_a_kind_that_the_stack_does_not_permit" {
  command = plan
  variables {
    stack     = merge(var.stack, { backends = ["ecs"] })
    fallbacks = [{ backend = { kind = "batch", name = "words", config = "{}" } }]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_an_override_that_one_of_the_backends_does_not_know" {
  command = plan
  variables {
    allowed_overrides = ["command"]
    fallbacks         = [{ backend = { kind = "sagemaker", name = "words", config = "{}" } }]
  }
  expect_failures = [aws_dynamodb_table_item.this]
}
