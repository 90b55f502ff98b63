mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "several_of_each_kind" {
  command = plan
  variables {
    wake_ups = ["logs", "poll"]
    activities = {
      transcode = { ecs = { container = { image = "film:1" } }, max_concurrent_jobs = 4, allowed_overrides = ["command"] }
      checksum  = { ecs = { container = { image = "sum:1" }, worker = false, size = { cpu = 1, memory_mb = 2048 } } }
      thumbs    = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs", role = { name = "thumbs" } } }
      captions  = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:captions" }, heartbeat_seconds = 30, timeout_seconds = 60 }
      fit       = { sagemaker = { container = { image = "fit:1" } } }
      refit     = { sagemaker = { container = { image = "fit:2" } } }
      index     = { batch = { container = { image = "index:1" } }, wake_up = "poll" }
      called    = { batch = { container = { image = "index:1" } }, wake_up = "callback" }
      heard     = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:heard" }, wake_up = "logs", overflow_after_seconds = 20 }
    }
  }

  assert {
    condition = { for name, activity in output.activities : name => activity.backend.kind } == {
      transcode = "ecs", checksum = "ecs", thumbs = "lambda", captions = "lambda", fit = "sagemaker", refit = "sagemaker", index = "batch", called = "batch", heard = "lambda"
    }
    error_message = "each activity must have its backend"
  }
  assert {
    condition     = alltrue([for name in ["transcode", "checksum"] : jsondecode(output.activities[name].backend.config).task_definition == "studio-${name}"]) && jsondecode(output.activities.fit.backend.config).request.AlgorithmSpecification.TrainingImage != jsondecode(output.activities.refit.backend.config).request.AlgorithmSpecification.TrainingImage
    error_message = "activities of one kind must each have their own definition and image"
  }
  assert {
    condition     = output.activities.thumbs.arn == "arn:aws:states:eu-west-1:123456789012:activity:studio-thumbs" && output.activities.called.arn == null
    error_message = "activities are named after stack and key, and a callback target has none"
  }
  assert {
    condition     = [for key in ["HeartbeatSeconds", "TimeoutSeconds"] : output.process_states.captions.Branches[0].States["captions-Activity"][key]] == [30, 60]
    error_message = "each activity must have its own clocks"
  }
  assert {
    condition     = { for name, state in output.process_states : name => state.Type if contains(["index", "heard", "called", "fit"], name) } == { index = "Task", heard = "Task", called = "Task", fit = "Parallel" }
    error_message = "only requests need a request"
  }
  assert {
    # Step Functions refuses a name that comes up twice in a state machine, in branches too.
    condition = sort(flatten([for state in values(output.process_states) : keys(state.Branches[0].States) if state.Type == "Parallel"])) == sort([
      for pair in setproduct(["transcode", "checksum", "thumbs", "captions", "fit", "refit"], ["Activity", "RequestDispatch"]) : join("-", pair)
    ])
    error_message = "no two activities may have inner states of the same name: a state machine may have both"
  }
  assert {
    condition     = keys(output.execution_policies_json) == ["called", "captions", "checksum", "fit", "refit", "thumbs", "transcode"]
    error_message = "only a state that sends a message needs a permission"
  }
  assert {
    condition     = keys(output.control_plane.functions) == ["dispatcher", "listener", "poller", "reconciler", "reporter"]
    error_message = "poller and listener exist if they are asked for"
  }
}

run "a_stack_without_activities_serves_other_states" {
  command = plan

  assert {
    condition     = length(output.activities) == 0 && output.handle.name == "studio" && output.handle.backends == ["lambda", "ecs", "batch", "sagemaker"] && output.handle.wake_ups == ["requests", "callback"]
    error_message = "there must be a handle"
  }
  assert {
    condition     = output.worker_environment == output.handle.worker_environment && output.worker_environment.TASK_TABLE == "studio-tasks"
    error_message = "functions need the stack's settings"
  }
}

run "every_argument_reaches_the_control_plane" {
  command = plan
  variables {
    backends  = ["lambda", "ecs"]
    wake_ups  = ["poll"]
    network   = { vpc_id = "vpc-0d", subnets = ["subnet-0e"], security_groups = ["sg-mine"] }
    existing  = { cluster = "shared", state_machines = ["orders"] }
    names     = { task_table = "tasks-of-studio", functions = { dispatcher = "giver" } }
    iam       = { path = "/platform/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/bounds" }
    functions = { architecture = "x86_64" }
    dispatch  = { paused = true }
    data      = { task_retention_days = 3, table_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" }
    logs      = { retention_days = 7 }
    watching  = { dashboard = false, alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:duty"] }
    tags      = { team = "films" }
    activities = {
      transcode = { ecs = { container = { image = "film:1" } } }
    }
  }

  assert {
    condition = [for key in ["backends", "wake_ups", "state_machines", "iam", "kms_key_arns", "cluster_arn", "log_retention_days", "alarm_actions", "tags"] : jsonencode(output.handle[key])] == [
      jsonencode(["lambda", "ecs"]), jsonencode(["requests", "callback", "poll"]), jsonencode(["studio", "studio-*", "orders"]),
      jsonencode({ job_path = "/platform/jobs/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/bounds" }), jsonencode(["arn:aws:kms:eu-west-1:123456789012:key/1"]),
      jsonencode("arn:aws:ecs:eu-west-1:123456789012:cluster/shared"), "7", jsonencode(["arn:aws:sns:eu-west-1:123456789012:duty"]), jsonencode({ team = "films" }),
    ]
    error_message = "what is said to the stack must be in its handle"
  }
  assert {
    condition     = output.handle.table.name == "tasks-of-studio" && output.control_plane.functions.dispatcher.name == "giver" && output.handle.job_environment.TASK_RETENTION_DAYS == "3" && output.control_plane.dashboard_url == null
    error_message = "names, retention and dashboard must be as given"
  }
  assert {
    condition     = jsondecode(output.activities.transcode.backend.config).subnets == ["subnet-0e"] && jsondecode(output.activities.transcode.backend.config).security_groups == ["sg-mine"] && jsondecode(output.activities.transcode.backend.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared"
    error_message = "activities run in the given network and cluster"
  }
}

run "containers_run_in_a_new_network" {
  command = plan
  variables {
    activities = {
      transcode = { ecs = { container = { image = "film:1" } } }
      index     = { batch = { container = { image = "index:1" } } }
    }
  }

  assert {
    condition     = jsondecode(output.activities.transcode.backend.config).subnets == ["subnet-0b", "subnet-0b"] && jsondecode(output.activities.transcode.backend.config).assign_public_ip && jsondecode(output.activities.transcode.backend.config).security_groups == ["sg-made"]
    error_message = "the jobs must run in the new network"
  }
  assert {
    condition     = jsondecode(output.activities.index.backend.config).job_queue == "arn:aws:batch:eu-west-1:123456789012:job-queue/studio" && jsondecode(output.activities.transcode.backend.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/studio"
    error_message = "they use the stack's queue and cluster"
  }
}

run "a_function_and_a_stack_that_refer_to_each_other_are_no_cycle" {
  command = plan
  module {
    source = "./tests/own_function"
  }

  assert {
    condition     = output.environment.TASK_TABLE == "orders-tasks"
    error_message = "the function gets the stack's settings"
  }
}

run "rejects_a_misspelt_argument" {
  command = plan
  variables {
    activities = { thumbs = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs" }, max_concurent_jobs = 4 } }
  }
  expect_failures = [output.activities]
}

run "rejects_activities_that_are_no_objects" {
  command = plan
  variables {
    activities = { thumbs = "arn:aws:lambda:eu-west-1:123456789012:function:thumbs" }
  }
  expect_failures = [var.activities]
}
