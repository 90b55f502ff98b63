mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages     = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
  role_name    = "mine"
}

run "a_task_is_pushed_to_the_function" {
  command = plan

  assert {
    condition     = output.state_machine == "arn:aws:states:eu-west-1:123456789012:stateMachine:machine" && output.worker_environment.TASK_TABLE == "letters-tasks"
    error_message = "there must be a state machine and the function's environment"
  }
  assert {
    condition     = module.stack.activities.letter.backend.kind == "lambda" && module.stack.handle.backends == ["lambda"] && module.stack.handle.network == null
    error_message = "the function must be behind the activity, and nothing of other backends permitted or made"
  }
}
