mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/first-batch" }
  }
}

variables {
  name = "first"
  packages = { bucket = "releases", zips = {
    for name in ["dispatcher", "reporter", "reconciler", "poller", "listener", "prepare", "process", "publish", "reduce", "sweep"] :
    name => { key = "${name}.zip", hash = base64sha256(name) }
  } }
  example = {}
}

run "functions_of_the_user_are_behind_activities_of_their_own" {
  command = plan
  variables {
    lambda_activities = {
      invoices = {
        function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:invoices"
        role_name    = "invoices"
      }
      letters = {
        function_arn      = "arn:aws:lambda:eu-west-1:123456789012:function:letters"
        heartbeat_seconds = 30
        timeout_seconds   = 60
        allowed_overrides = ["command"]
      }
    }
  }

  assert {
    condition     = keys(output.activities) == ["invoices", "lambda", "letters"] && keys(output.process_states) == ["invoices", "lambda", "letters"]
    error_message = "beside the example's"
  }
  assert {
    condition     = output.process_states.letters.Branches[0].States.Activity.HeartbeatSeconds == 30 && output.process_states.letters.Branches[0].States.Activity.TimeoutSeconds == 60
    error_message = "with clocks of their own"
  }
  assert {
    condition     = jsondecode(local.backends.letters.config).function_arn == "arn:aws:lambda:eu-west-1:123456789012:function:letters"
    error_message = "each starts its own function"
  }
  assert {
    condition     = keys(aws_iam_role_policy.worker) == ["invoices"] && aws_iam_role_policy.worker["invoices"].role == "invoices" && aws_iam_role_policy.worker["invoices"].policy == output.worker_policy_json
    error_message = "the worker's policy goes to the role that is named"
  }
}

run "every_mode_at_once" {
  command = plan
  variables {
    lambda_activities = { for mode in ["poll", "logs"] : mode => {
      function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
      wake_up      = mode
    } }
    fargate  = { container = { image = "image" }, wake_up = "logs", overflow_after_seconds = 20 }
    dispatch = { log_group_names = ["/mine"] }
  }

  assert {
    condition     = keys(output.execution_policies_json) == ["lambda"] && contains(keys(output.functions), "poller") && contains(keys(output.functions), "listener")
    error_message = "the poller and the listener are there, and permissions only where a state asks"
  }
  assert {
    condition     = { for key, state in output.process_states : key => state.Type } == { fargate = "Task", lambda = "Parallel", logs = "Task", poll = "Task" }
    error_message = "only mode requests has a request"
  }
  assert {
    condition     = local.example_definitions.fargate.States.Process.Type == "Task"
    error_message = "the example's machine has the state of the mode"
  }
}

run "a_callback_target_instead_of_an_activity" {
  command = plan
  variables {
    lambda_activities = { mine = {
      function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
      wake_up      = "callback"
    } }
  }

  assert {
    condition     = !contains(keys(output.activities), "mine") && output.process_states.mine.Parameters.MessageBody.callback == "mine"
    error_message = "no activity, and a state that hands its task over"
  }
  assert {
    condition     = jsondecode(output.execution_policies_json.mine).Statement[0].Action == ["sqs:SendMessage"]
    error_message = "the state needs the queue"
  }
}

run "refuses_a_key_that_is_the_example_s" {
  command = plan
  variables {
    lambda_activities = {
      lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine" }
    }
  }
  expect_failures = [var.lambda_activities]
}

run "refuses_a_heartbeat_as_long_as_the_time_limit" {
  command = plan
  variables {
    lambda_activities = {
      mine = {
        function_arn      = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
        heartbeat_seconds = 600
        timeout_seconds   = 600
      }
    }
  }
  expect_failures = [var.lambda_activities]
}

run "refuses_a_stack_that_serves_nothing" {
  command = plan
  variables {
    example = null
  }
  expect_failures = [var.lambda_activities]
}
