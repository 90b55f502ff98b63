mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:studio-words" }
  }
}

variables {
  backend = { kind = "batch", name = "words", config = "{}" }
}

run "its_state_wraps_the_input_in_an_envelope" {
  command = plan

  assert {
    condition     = output.activity.envelope && output.process_state.Parameters["activity_dispatch_envelope"] == 1
    error_message = "the state is ours: it says which execution a task is of"
  }
  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).envelope
    error_message = "the dispatcher must take it off"
  }
}

run "a_poller_takes_envelopes_too" {
  command = plan
  variables {
    wake_up = "poll"
  }

  assert {
    condition     = output.activity.envelope && output.process_state.Parameters["input.$"] == "$"
    error_message = "the activity alone is ours too"
  }
}

run "beside_workers_there_is_none" {
  command = plan
  variables {
    overflow_after_seconds = 30
  }

  assert {
    condition     = !output.activity.envelope && !can(jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).envelope) && !can(output.process_state.Parameters)
    error_message = "a worker that polls the activity would get the envelope; what is off is not in the description"
  }
}

run "of_a_state_that_is_not_ours_there_is_none" {
  command = plan
  variables {
    wake_up = "logs"
  }

  assert {
    condition     = !output.activity.envelope && !can(output.process_state.Parameters)
    error_message = "the definition stays as it was"
  }
}

run "it_may_be_off" {
  command = plan
  variables {
    envelope = false
  }

  assert {
    condition     = !output.activity.envelope && !can(output.process_state.Parameters)
    error_message = "false is false"
  }
}

run "rejects_envelopes_for_workers" {
  command = plan
  variables {
    envelope               = true
    overflow_after_seconds = 30
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_envelopes_of_a_state_that_is_not_ours" {
  command = plan
  variables {
    envelope = true
    wake_up  = "logs"
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "says_what_tags_jobs_get" {
  command = plan
  variables {
    job_tags = { allowed = ["owner", "cost center"], facts = ["execution"] }
  }

  assert {
    condition     = jsondecode(jsondecode(aws_dynamodb_table_item.this.item).activity.S).job_tags == { allowed = ["owner", "cost center"], facts = ["execution"] }
    error_message = "the description has what the library reads"
  }
}

run "rejects_tags_of_aws" {
  command = plan
  variables {
    job_tags = { allowed = ["AWS:team"] }
  }
  expect_failures = [var.job_tags]
}

run "rejects_tags_of_the_stack" {
  command = plan
  variables {
    job_tags = { allowed = ["activity-dispatch"] }
  }
  expect_failures = [var.job_tags]
}

run "rejects_facts_that_no_envelope_has" {
  command = plan
  variables {
    job_tags = { facts = ["name"] }
  }
  expect_failures = [var.job_tags]
}

run "rejects_more_tags_than_a_job_may_have" {
  command = plan
  variables {
    job_tags = { allowed = [for number in range(46) : "key${number}"] }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_tags_that_the_stack_has_already" {
  command = plan
  variables {
    job_tags = { allowed = ["team"] }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}

run "rejects_tags_on_lambda" {
  command = plan
  variables {
    backend  = { kind = "lambda", name = "words", config = "{}" }
    job_tags = { allowed = ["owner"] }
  }
  expect_failures = [aws_dynamodb_table_item.this]
}
