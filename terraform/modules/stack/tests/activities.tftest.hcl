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

run "user_functions_get_their_own_activities" {
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
    error_message = "user activities exist beside the example's"
  }
  assert {
    condition     = [for key in ["HeartbeatSeconds", "TimeoutSeconds"] : output.process_states.letters.Branches[0].States.letters-Activity[key]] == [30, 60]
    error_message = "each activity must have its own timeouts"
  }
  assert {
    # Step Functions refuses a name that comes up twice in a state machine, in branches too.
    condition = toset(flatten([for state in values(output.process_states) : keys(state.Branches[0].States)])) == toset([
      for pair in setproduct(["invoices", "lambda", "letters"], ["Activity", "RequestDispatch"]) : join("-", pair)
    ])
    error_message = "no two activities may have inner states of the same name: a state machine may have both"
  }
  assert {
    condition     = jsondecode(local.backends.letters.config).function_arn == "arn:aws:lambda:eu-west-1:123456789012:function:letters"
    error_message = "each activity must start its own function"
  }
  assert {
    condition     = keys(aws_iam_role_policy.worker) == ["invoices"] && aws_iam_role_policy.worker["invoices"].role == "invoices" && aws_iam_role_policy.worker["invoices"].policy == output.worker_policy_json
    error_message = "the worker's policy must be attached to the named role"
  }
}

run "every_wake_up_mode_in_one_stack" {
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
    error_message = "poller and listener must exist, and only a requesting state needs permissions"
  }
  assert {
    condition     = { for key, state in output.process_states : key => state.Type } == { fargate = "Task", lambda = "Parallel", logs = "Task", poll = "Task" }
    error_message = "only mode requests may have a request"
  }
  assert {
    condition     = local.example_definitions.fargate.States.Process.Type == "Task"
    error_message = "the example's state machine must have the state of the mode"
  }
}

run "a_callback_target_replaces_an_activity" {
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
    error_message = "the state needs permission on the queue"
  }
}

run "rejects_a_key_that_the_stack_uses" {
  command = plan
  variables {
    lambda_activities = {
      lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine" }
    }
  }
  expect_failures = [var.lambda_activities]
}

run "rejects_a_heartbeat_as_long_as_the_timeout" {
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

run "rejects_a_stack_without_activities" {
  command = plan
  variables {
    example = null
  }
  expect_failures = [var.lambda_activities]
}
