mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

# Without it Lambda stops the chain of an activity's jobs after 16: dispatcher, function, queue, dispatcher.
run "the_dispatcher_may_be_in_a_loop" {
  command = plan

  assert {
    condition     = aws_lambda_function_recursion_config.this["dispatcher"].recursive_loop == "Allow" && aws_lambda_function_recursion_config.this["dispatcher"].function_name == "first-dispatcher"
    error_message = "the dispatcher is in the loop of its queue"
  }
}

run "the_reporter_may_be_in_a_loop" {
  command = plan

  assert {
    condition     = aws_lambda_function_recursion_config.this["reporter"].recursive_loop == "Allow" && aws_lambda_function_recursion_config.this["reporter"].function_name == "first-reporter"
    error_message = "the reporter is in the loop of functions that fail"
  }
}

run "what_no_chain_leads_to_stays_protected" {
  command = plan
  variables {
    wake_ups = ["poll", "logs"]
  }

  assert {
    condition     = toset(keys(aws_lambda_function_recursion_config.this)) == toset(["dispatcher", "reporter"])
    error_message = "Lambda goes on stopping loops of the other functions"
  }
}

run "the_control_plane_has_its_share_of_the_account_s_concurrency" {
  command = plan
  variables {
    dispatch = { max_dispatchers = 7 }
  }

  assert {
    condition     = local.reserved_concurrency == { dispatcher = 7, reporter = 50, reconciler = 5 }
    error_message = "jobs must not be able to keep dispatcher, reporter and reconciler from running"
  }
  assert {
    condition     = aws_lambda_event_source_mapping.this.scaling_config[0].maximum_concurrency == 7
    error_message = "a mapping with a higher limit than its function's would throttle it"
  }
}

run "nothing_is_reserved_where_the_account_has_little" {
  command = plan
  variables {
    dispatch = { reserved_concurrency = { enabled = false } }
  }

  assert {
    condition     = alltrue([for count in values(local.reserved_concurrency) : count == null])
    error_message = "AWS refuses every reservation of an account with a low limit"
  }
}

run "shares_can_be_chosen" {
  command = plan
  variables {
    dispatch = { max_dispatchers = 30, reserved_concurrency = { reporter = 200, reconciler = 6 } }
  }

  assert {
    condition     = local.reserved_concurrency == { dispatcher = 30, reporter = 200, reconciler = 6 }
    error_message = "the given numbers are reserved"
  }
}
