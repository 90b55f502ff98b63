mock_provider "aws" {
  override_during = plan

  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-west-1" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = {
      arn = "arn:aws:sqs:eu-west-1:123456789012:queue"
      url = "https://sqs.eu-west-1.amazonaws.com/123456789012/queue"
    }
  }
  mock_resource "aws_dynamodb_table" {
    defaults = { arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/first-tasks" }
  }
  mock_resource "aws_cloudwatch_log_group" {
    defaults = { arn = "arn:aws:logs:eu-west-1:123456789012:log-group:group" }
  }
  mock_resource "aws_iam_role" {
    defaults = { arn = "arn:aws:iam::123456789012:role/role" }
  }
  mock_resource "aws_lambda_function" {
    defaults = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:function" }
  }
  mock_resource "aws_sfn_activity" {
    defaults = { id = "arn:aws:states:eu-west-1:123456789012:activity:activity" }
  }
  mock_resource "aws_sfn_state_machine" {
    defaults = { arn = "arn:aws:states:eu-west-1:123456789012:stateMachine:machine" }
  }
  mock_resource "aws_batch_job_queue" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:job-queue/first-batch" }
  }
  mock_resource "aws_batch_compute_environment" {
    defaults = { arn = "arn:aws:batch:eu-west-1:123456789012:compute-environment/first" }
  }
  mock_resource "aws_security_group" {
    defaults = { id = "sg-made" }
  }
  mock_resource "aws_vpc" {
    defaults = { id = "vpc-0a" }
  }
  mock_resource "aws_subnet" {
    defaults = { id = "subnet-0b" }
  }
  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-west-1a", "eu-west-1b"] }
  }
}

variables {
  name         = "first"
  folder       = "../../../build/terraform/test-packages/stack"
  packages_dir = "../../../build/terraform/test-packages/stack"
  example      = {}
}

run "packages" {
  module {
    source = "./tests/packages"
  }
}

run "the_example_runs_from_prepare_through_the_activity_to_publish" {
  command = plan

  assert {
    condition     = keys(output.state_machines) == ["lambda"] && keys(output.activities) == ["lambda"]
    error_message = "one state machine and one activity for each backend"
  }
  assert {
    condition = [for name in ["Prepare", "Process", "Publish"] : [
      lookup(local.example_definitions.lambda.States[name], "Next", null), local.example_definitions.lambda.States[name].Type,
    ]] == [["Process", "Task"], ["Publish", "Parallel"], [null, "Task"]]
    error_message = "Prepare, then the activity's own state, then Publish"
  }
  assert {
    condition     = local.example_definitions.lambda.StartAt == "Prepare" && local.example_definitions.lambda.States.Publish.End
    error_message = "from the first to the last"
  }
  assert {
    condition     = { for key, value in local.example_definitions.lambda.States.Process : key => value if key != "Next" } == output.process_states.lambda
    error_message = "what users are given is what the example uses"
  }
  assert {
    condition     = alltrue([for name in ["Prepare", "Publish"] : contains(local.example_definitions.lambda.States[name].Retry[0].ErrorEquals, "Lambda.TooManyRequestsException")])
    error_message = "a throttled invocation is repeated"
  }
  assert {
    condition     = toset(keys(output.functions)) == toset(["dispatcher", "reporter", "reconciler", "prepare", "process", "publish", "reduce"])
    error_message = "the functions of the stack"
  }
}

run "a_dashboard_shows_all_that_is_made" {
  command = plan
  variables {
    watching = { overdue_minutes = 9, max_dispatch_errors = 3, alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:duty"] }
  }

  assert {
    condition     = toset(keys(local.functions)) == toset(keys(output.functions)) && length(module.dashboard) == 1 && strcontains(output.dashboard_url, "/dashboard/first")
    error_message = "a dashboard of the stack, with each of its functions"
  }
  # Two of queues, one of the reconciler, two of each function, two of the activity, one of its invocations.
  assert {
    condition     = length(local.alarm_arns) == 2 + 1 + 2 * 7 + 2 + 1
    error_message = "every alarm of the other modules is shown"
  }
}

run "no_dashboard_where_none_is_wanted" {
  command = plan
  variables {
    watching = { dashboard = false }
  }

  assert {
    condition     = length(module.dashboard) == 0 && output.dashboard_url == null
    error_message = "it costs, and can be left out"
  }
}

run "many_texts_are_a_map_of_jobs_whose_outputs_are_merged" {
  command = plan
  variables {
    example = { fan_out_max_concurrency = 7 }
  }

  assert {
    condition     = keys(output.examples) == ["fan-out"]
    error_message = "beside the backends' state machines"
  }
  assert {
    condition     = local.fan_out_definitions["fan-out"].StartAt == "OneOrMany" && [for choice in local.fan_out_definitions["fan-out"].States.OneOrMany.Choices : [choice.Variable, choice.Next]] == [["$.sources", "Texts"], ["$.source", "One"]]
    error_message = "a list, or one text"
  }
  assert {
    condition     = local.fan_out_definitions["fan-out"].States.One.Parameters == { "sources.$" = "States.Array($.source)" } && local.fan_out_definitions["fan-out"].States.None.Error == "InvalidInput"
    error_message = "one text is a list of one, and none is an error"
  }
  assert {
    condition     = local.fan_out_definitions["fan-out"].States.Texts.MaxConcurrency == 7 && local.fan_out_definitions["fan-out"].States.Texts.ItemSelector == { "source.$" = "$$.Map.Item.Value" }
    error_message = "each text is prepared like a single one, so many at once"
  }
  assert {
    condition     = { for key, value in local.fan_out_definitions["fan-out"].States.Texts.ItemProcessor.States.Process : key => value if key != "End" } == output.process_states.lambda
    error_message = "and goes through the activity"
  }
  assert {
    condition     = [for name in ["One", "Texts", "Reduce", "Publish"] : lookup(local.fan_out_definitions["fan-out"].States[name], "Next", null)] == ["Texts", "Reduce", "Publish", null]
    error_message = "then the outputs are merged and published"
  }
}

run "many_texts_on_another_backend" {
  command = plan
  variables {
    example = { fan_out_backend = "fargate" }
    fargate = { container = { image = "worker" } }
  }

  assert {
    condition     = { for key, value in local.fan_out_definitions["fan-out"].States.Texts.ItemProcessor.States.Process : key => value if key != "End" } == output.process_states.fargate
    error_message = "as asked for"
  }
}

run "containers_run_in_a_network_that_is_made_for_them" {
  command = plan
  variables {
    fargate = {
      container         = { image = "worker", environment = { MODE = "fast" } }
      size              = { cpu = 0.5, memory_mb = 1024 }
      allowed_overrides = ["command"]
    }
    batch = {
      container         = { image = "worker", command = ["run"] }
      compute           = { max_cpus = 8 }
      timeout_seconds   = 30
      heartbeat_seconds = 20
    }
  }

  assert {
    condition     = keys(output.activities) == ["batch", "fargate", "lambda"] && keys(output.state_machines) == ["batch", "fargate", "lambda"]
    error_message = "an activity and a state machine each"
  }
  assert {
    condition     = jsondecode(local.backends.fargate.config).subnets == ["subnet-0b", "subnet-0b"] && jsondecode(local.backends.fargate.config).assign_public_ip && jsondecode(local.backends.fargate.config).security_groups == ["sg-made"]
    error_message = "in the network"
  }
  assert {
    condition     = jsondecode(local.backends.batch.config).job_queue == "arn:aws:batch:eu-west-1:123456789012:job-queue/first-batch" && jsondecode(local.backends.fargate.config).task_definition == "first-fargate"
    error_message = "under names of their own"
  }
  assert {
    condition     = local.worker.environment == { for name, value in output.worker_environment : name => value if !contains(["DISPATCH_QUEUE_URL", "STACK_NAME"], name) } && length(jsondecode(local.worker.policy_json).Statement) == 3 && local.example_job_policies.data == jsonencode(local.process_policy)
    error_message = "the job may report, and do what the example's function may do"
  }
  assert {
    condition     = local.activities.fargate.allowed_overrides == tolist(["command"]) && output.process_states.batch.Branches[0].States.Activity.TimeoutSeconds == 30 && output.process_states.fargate.Branches[0].States.Activity.HeartbeatSeconds == 300
    error_message = "with clocks and overrides of their own"
  }
}

run "containers_run_in_a_network_that_is_there" {
  command = plan
  variables {
    example = null
    fargate = { container = { image = "busybox" }, cluster = "shared" }
    network = { vpc_id = "vpc-0d", subnets = ["subnet-0e"], security_groups = ["sg-mine"] }
  }

  assert {
    condition     = jsondecode(local.backends.fargate.config).subnets == ["subnet-0e"] && jsondecode(local.backends.fargate.config).security_groups == ["sg-mine"] && !jsondecode(local.backends.fargate.config).assign_public_ip
    error_message = "as it is given"
  }
  assert {
    condition     = jsondecode(local.backends.fargate.config).cluster == "arn:aws:ecs:eu-west-1:123456789012:cluster/shared" && keys(output.activities) == ["fargate"] && length(local.example_job_policies) == 0
    error_message = "and nothing of the example"
  }
}

run "without_containers_there_is_no_network" {
  command = plan

  assert {
    condition     = length(module.network) == 0 && keys(output.activities) == ["lambda"]
    error_message = "nothing but functions"
  }
}

run "a_zip_is_kept_under_its_hash" {
  command = plan

  assert {
    condition     = aws_s3_object.package["process"].key == "functions/process-${substr(sha256("process"), 0, 16)}.zip"
    error_message = "another zip is another object"
  }
  assert {
    condition     = local.artefacts.process.key == aws_s3_object.package["process"].key && local.artefacts.process.hash == base64sha256("process")
    error_message = "and the function's code"
  }
}

run "more_tags_than_an_object_may_have_are_the_buckets" {
  command = plan
  variables {
    tags = { for number in range(11) : "tag-${number}" => "value" }
  }

  assert {
    condition     = length(aws_s3_bucket.this["artefacts"].tags) == 11
    error_message = "the bucket has them"
  }
  assert {
    condition     = alltrue([for zip in aws_s3_object.package : length(coalesce(zip.tags, {})) == 0])
    error_message = "S3 refuses an object with more than 10"
  }
}

run "buckets_are_private_encrypted_versioned_and_refuse_plain_http" {
  command = plan

  assert {
    condition     = alltrue([for purpose in ["artefacts", "data"] : aws_s3_bucket_public_access_block.this[purpose].restrict_public_buckets && aws_s3_bucket_public_access_block.this[purpose].block_public_policy])
    error_message = "nothing is public"
  }
  assert {
    condition     = alltrue([for rules in values(aws_s3_bucket_server_side_encryption_configuration.this)[*].rule : alltrue([for rule in rules : rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"])])
    error_message = "encrypted with S3's keys"
  }
  assert {
    condition     = alltrue([for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"])
    error_message = "an overwritten object can be brought back"
  }
  assert {
    condition = alltrue([for purpose in ["artefacts", "data"] : jsondecode(aws_s3_bucket_policy.this[purpose].policy).Statement == [{
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::first-${purpose}-123456789012-eu-west-1", "arn:aws:s3:::first-${purpose}-123456789012-eu-west-1/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]])
    error_message = "bucket and objects only by TLS"
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.this : !bucket.force_destroy])
    error_message = "contents are not deleted along with the stack unless asked for"
  }
}

run "the_example_s_functions_may_do_their_work_and_no_more" {
  command = plan

  assert {
    condition = { for statement in local.prepare_policy.Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReadData                 = [["s3:GetObject"], ["arn:aws:s3:::first-data-123456789012-eu-west-1/*"]]
      TellMissingFromForbidden = [["s3:ListBucket"], ["arn:aws:s3:::first-data-123456789012-eu-west-1"]]
    }
    error_message = "prepare reads"
  }
  assert {
    condition     = toset(flatten(local.process_policy.Statement[*].Action)) == toset(["s3:GetObject", "s3:ListBucket", "s3:PutObject"])
    error_message = "process reads and writes"
  }
  assert {
    condition     = length(local.steps.publish.policies) + length(local.steps.reduce.policies) == 0
    error_message = "publish and reduce need nothing"
  }
  assert {
    condition     = local.steps_policies.one.Statement[0].Action == ["lambda:InvokeFunction"] && length(local.steps_policies.one.Statement[0].Resource) == 2 && length(local.steps_policies.many.Statement[0].Resource) == 3
    error_message = "the state machine invokes prepare and publish; process is the dispatcher's to invoke"
  }
}

run "payloads_expire_and_nothing_else_does" {
  command = plan
  variables {
    data = { payload_retention_days = 3 }
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.payloads[0].rule[0].filter[0].prefix == "tasks/" && aws_s3_bucket_lifecycle_configuration.payloads[0].rule[0].expiration[0].days == 3
    error_message = "only under tasks/"
  }
}

run "payloads_stay_when_asked_for" {
  command = plan
  variables {
    data = { keep_payloads = true }
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.payloads) == 0
    error_message = "no lifecycle rule"
  }
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

run "a_function_that_is_told_of_the_stack_and_that_the_stack_is_told_of_is_no_cycle" {
  command = plan
  module {
    source = "./tests/own_function"
  }

  assert {
    condition     = output.environment.TASK_TABLE == "orders-tasks"
    error_message = "the function gets the stack's settings"
  }
}

run "without_the_example_only_the_user_s_functions" {
  command = plan
  variables {
    example = null
    lambda_activities = {
      invoices = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:invoices" }
    }
  }

  assert {
    condition     = keys(output.activities) == ["invoices"] && length(output.state_machines) + length(output.examples) == 0 && keys(output.functions) == ["dispatcher", "reconciler", "reporter"]
    error_message = "no example"
  }
  assert {
    condition     = keys(aws_s3_object.package) == ["dispatcher", "listener", "poller", "reconciler", "reporter"]
    error_message = "only the stack's own zips are needed"
  }
}

run "a_customer_key_covers_the_buckets" {
  command = plan
  variables {
    data = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" }
  }

  assert {
    condition = alltrue([for rules in values(aws_s3_bucket_server_side_encryption_configuration.this)[*].rule : alltrue([
      for rule in rules : rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.data.kms_key_arn && rule.bucket_key_enabled
    ])])
    error_message = "both buckets use it"
  }
  assert {
    condition     = local.prepare_policy.Statement[2].Action == ["kms:Decrypt"] && local.prepare_policy.Statement[2].Resource == [var.data.kms_key_arn]
    error_message = "prepare can read what is encrypted with it"
  }
}

run "refuses_wrong_values" {
  command = plan
  variables {
    name         = "First"
    packages_dir = "nowhere"
    data         = { payload_retention_days = 0, kms_key_arn = "alias/mine" }
  }
  expect_failures = [var.name, var.packages_dir, var.data]
}

run "zips_of_a_release_are_taken_from_where_they_lie" {
  command = plan
  variables {
    example           = null
    packages_dir      = null
    packages          = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "v1/${name}.zip", hash = base64sha256(name) } } }
    lambda_activities = { mine = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine" } }
  }

  assert {
    condition     = local.artefacts.reporter == { bucket = "releases", key = "v1/reporter.zip", hash = base64sha256("reporter") }
    error_message = "as they are given"
  }
  assert {
    condition     = length(aws_s3_object.package) == 0 && keys(aws_s3_bucket.this) == ["data"]
    error_message = "nothing is uploaded, and there is no bucket for it"
  }
}

run "refuses_zips_without_a_place" {
  command = plan
  variables {
    packages_dir = null
  }
  expect_failures = [var.packages_dir]
}

run "refuses_zips_in_two_places" {
  command = plan
  variables {
    packages = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener", "prepare", "process", "publish", "reduce"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  }
  expect_failures = [var.packages_dir]
}

run "refuses_a_release_that_lacks_zips_or_hashes" {
  command = plan
  variables {
    packages_dir = null
    packages     = { bucket = "releases", zips = { dispatcher = { key = "dispatcher.zip", hash = "0123" } } }
  }
  expect_failures = [var.packages]
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

run "refuses_overrides_that_a_container_does_not_have" {
  command = plan
  variables {
    fargate = { container = { image = "worker" }, allowed_overrides = ["gpu"] }
    batch   = { container = { image = "worker" }, allowed_overrides = ["disk"] }
  }
  expect_failures = [var.fargate, var.batch]
}

run "refuses_a_container_s_heartbeat_as_long_as_its_time_limit" {
  command = plan
  variables {
    fargate = { container = { image = "worker" }, timeout_seconds = 300 }
    batch   = { container = { image = "worker" }, timeout_seconds = 900 }
  }
  expect_failures = [var.fargate, var.batch]
}

run "refuses_to_fan_out_to_a_backend_that_is_not_there" {
  command = plan
  variables {
    example = { fan_out_backend = "batch" }
  }
  expect_failures = [var.example]
}

run "refuses_to_fan_out_wider_than_a_map_does" {
  command = plan
  variables {
    example = { fan_out_max_concurrency = 41 }
  }
  expect_failures = [var.example]
}

run "trainings_on_batch_and_on_sagemaker" {
  command = plan
  variables {
    training = {
      image     = "training"
      batch     = { size = { cpu = 4, memory_mb = 16384, gpus = 1 }, compute = { type = "EC2", spot = true, instance_types = ["g5.xlarge"] } }
      sagemaker = { instances = { type = "ml.g5.xlarge", spot = true } }
    }
    network = { vpc_id = "vpc-1", subnets = ["subnet-1"] }
  }

  assert {
    condition     = keys(output.trainings) == ["batch", "sagemaker"] && contains(keys(output.activities), "training-batch") && contains(keys(output.activities), "training-sagemaker") && keys(output.state_machines) == ["lambda"]
    error_message = "a state machine and an activity for each, beside the example's"
  }
  assert {
    condition     = toset(keys(module.sweep)) == toset(["prepare", "reduce", "publish"])
    error_message = "the functions before and after"
  }
  assert {
    condition = [for name in ["Prepare", "Trainings", "Reduce", "Publish"] :
      lookup(local.training_definitions["training-batch"].States[name], "Next", null)
    ] == ["Trainings", "Reduce", "Publish", null]
    error_message = "from the sweep to the winner"
  }
  assert {
    condition     = local.training_definitions["training-batch"].States.Trainings.MaxConcurrency == 4 && contains(local.training_definitions["training-batch"].States.Trainings.ItemProcessor.States.Train.Retry[0].ErrorEquals, "Job.Interrupted")
    error_message = "so many at once, each resumed when it was interrupted"
  }
  assert {
    condition     = local.training_definitions["training-sagemaker"].States.Trainings.ItemProcessor.States.Train.Catch[0].Next == "Failed"
    error_message = "the others go on when one fails"
  }
  assert {
    condition     = alltrue([for key in ["training-batch", "training-sagemaker"] : endswith(local.training_state_machine_arns[index(local.training_keys, key)], ":stateMachine:first-${key}")])
    error_message = "an abort of theirs stops their jobs"
  }
}

run "the_activity_sagemaker_alone" {
  command = plan
  variables {
    example = null
    sagemaker = {
      container = { image = "training" }
      storage   = { output_s3_uri = "s3://models/" }
    }
  }

  assert {
    condition     = keys(output.activities) == ["sagemaker"] && length(output.trainings) == 0
    error_message = "no example, no training"
  }
  assert {
    condition     = local.sagemaker_settings["sagemaker"].storage == { output_s3_uri = "s3://models/" } && length(module.network) == 0
    error_message = "models go where they are told to, checkpoints into the data bucket; no network of ours"
  }
}

run "refuses_trainings_that_run_nowhere" {
  command = plan
  variables {
    training = { image = "training" }
  }
  expect_failures = [var.training]
}

run "refuses_what_no_sweep_can_be" {
  command = plan
  variables {
    sagemaker = { container = { image = "training" }, heartbeat_seconds = 30000, allowed_overrides = ["command"] }
    training = {
      image           = "training"
      sagemaker       = {}
      hyperparameters = { rate = { type = "float" } }
      objective       = { metric = "loss", goal = "best" }
      max_trainings   = 10000
      max_concurrency = 41
    }
  }
  expect_failures = [var.sagemaker, var.training]
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
