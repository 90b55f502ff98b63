# What Terraform destroys between the description and what the jobs need: it waits for open tasks.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process", role = { name = "process" } }
}

run "the_reconciler_is_asked_for_the_activity_and_its_backend" {
  command = plan

  assert {
    condition     = aws_lambda_invocation.drain.function_name == var.stack.reconciler_arn && aws_lambda_invocation.drain.lifecycle_scope == "CRUD"
    error_message = "a create-only invocation would not be told of the destroy"
  }
  assert {
    condition     = jsondecode(aws_lambda_invocation.drain.input) == { drain = { activities = ["arn:aws:states:eu-west-1:123456789012:activity:studio-words"], backend = "lambda" } }
    error_message = "its tasks, by the id that their records have"
  }
}

run "callback_targets_too" {
  command = plan
  variables {
    wake_up = "callback"
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.drain.input).drain.activities == ["callback:words"]
    error_message = "by the id that their records have"
  }
}

run "another_function_is_another_place" {
  command = plan

  assert {
    condition     = aws_lambda_invocation.drain.triggers == tomap({ id = output.arn, kind = "lambda", name = "words", function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:process" })
    error_message = "the jobs of the one that goes must end first"
  }
}

run "another_queue_is_another_place" {
  command = plan
  variables {
    lambda = null
    batch  = { container = { image = "words" } }
  }

  assert {
    condition     = aws_lambda_invocation.drain.triggers == tomap({ id = output.arn, kind = "batch", name = "words", job_queue = var.stack.job_queue_arn })
    error_message = "Batch ends the jobs of a queue that is deleted"
  }
}

run "another_image_is_the_same_place" {
  command = plan
  variables {
    lambda = null
    ecs    = { container = { image = "words:2" }, size = { cpu = 1, memory_mb = 2048 } }
  }

  assert {
    condition     = aws_lambda_invocation.drain.triggers == tomap({ id = output.arn, kind = "ecs", name = "words" })
    error_message = "a change of an image or a size must not wait for jobs"
  }
}

run "a_backend_beside_it_is_waited_for_too" {
  command = plan
  variables {
    lambda  = null
    name    = "pool-left"
    backend = { kind = "batch", name = "pool", config = "{\"job_queue\":\"arn:aws:batch:eu-west-1:123456789012:job-queue/pool\"}" }
  }

  assert {
    condition     = aws_lambda_invocation.drain.triggers == tomap({ id = output.arn, kind = "batch", name = "pool", job_queue = "arn:aws:batch:eu-west-1:123456789012:job-queue/pool" })
    error_message = "the backend's name, and its queue"
  }
}
