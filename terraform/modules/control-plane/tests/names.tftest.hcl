mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "everything_is_named_after_the_stack" {
  command = plan

  assert {
    condition = local.names == {
      task_table               = "first-tasks"
      dispatch_queue           = "first-dispatch"
      report_dead_letter_queue = "first-report-dead-letter"
      data_bucket              = "first-data-123456789012-eu-west-1"
      package_bucket           = "first-artefacts-123456789012-eu-west-1"
      handle                   = "/activity-dispatch/first"
      cluster                  = "first"
      job_queue                = "first"
      job_security_group       = "first-jobs"
    }
    error_message = "names must begin with the stack's"
  }
  assert {
    condition     = { for function, about in output.functions : function => [about.name, about.log_group_name] } == { for function in ["dispatcher", "reporter", "reconciler"] : function => ["first-${function}", "/aws/lambda/first-${function}"] }
    error_message = "functions and their logs too"
  }
}

run "a_long_name_is_cut_where_buckets_need_it" {
  command = plan
  variables {
    name = "department-of-everything-that-is-long-ab"
  }

  assert {
    condition = alltrue([for purpose in ["data", "artefacts"] :
      local.bucket_names[purpose] == "department-of-everything-${purpose}-${substr(sha256("department-of-everything-that-is-long-ab-${purpose}-123456789012-eu-west-1"), 0, 16)}" && length(local.bucket_names[purpose]) <= 63
    ])
    error_message = "names of buckets must be cut, and stay unique in the partition"
  }
  assert {
    condition     = length(output.functions.reconciler.name) <= 64 && alltrue([for rule in aws_cloudwatch_event_rule.this : length(rule.name) <= 64])
    error_message = "functions, roles and rules must have names that AWS accepts"
  }
}

run "a_cut_name_does_not_end_in_two_dashes" {
  command = plan
  variables {
    name = "department-of-everythin-that-is-long-abc"
  }

  assert {
    condition     = startswith(local.bucket_names.data, "department-of-everythin-data-")
    error_message = "the dash at the cut must go"
  }
}

run "names_can_be_others" {
  command = plan
  variables {
    network  = {}
    wake_ups = ["poll"]
    names = {
      task_table               = "T"
      dispatch_queue           = "Q"
      report_dead_letter_queue = "R"
      data_bucket              = "our-data"
      cluster                  = "C"
      job_queue                = "J"
      job_security_group       = "S"
      handle                   = "/ours/first"
      functions                = { dispatcher = "D", poller = "P" }
    }
  }

  assert {
    condition     = aws_dynamodb_table.tasks.name == "T" && { for key, queue in aws_sqs_queue.this : key => queue.name } == { dispatch = "Q", dead_letter = "Q-dead-letter", report_dead_letter = "R" } && aws_s3_bucket.this["data"].bucket == "our-data"
    error_message = "table, queues and bucket"
  }
  assert {
    condition     = aws_ecs_cluster.this[0].name == "C" && aws_batch_job_queue.this[0].name == "J" && aws_security_group.jobs[0].name == "S" && aws_ssm_parameter.handle.name == "/ours/first"
    error_message = "cluster, job queue, security group and parameter"
  }
  assert {
    condition     = { for function, about in output.functions : function => about.name } == { dispatcher = "D", reporter = "first-reporter", reconciler = "first-reconciler", poller = "P" }
    error_message = "functions, one by one"
  }
  assert {
    condition     = output.handle.table == { name = "T", arn = "arn:aws:dynamodb:eu-west-1:123456789012:table/T" } && output.handle.queue.arn == "arn:aws:sqs:eu-west-1:123456789012:Q" && output.handle.bucket.name == "our-data" && output.handle.cluster_arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/C" && output.handle.starters == [for name in ["D", "first-reconciler", "P"] : "arn:aws:iam::123456789012:role/first/${name}"]
    error_message = "activities must learn of them"
  }
  assert {
    condition     = output.worker_environment.TASK_TABLE == "T" && contains(flatten([for statement in local.dispatcher_policy.Statement : statement.Resource]), "arn:aws:dynamodb:eu-west-1:123456789012:table/T") && contains(local.clusters, "C") && contains(local.job_queues, "J")
    error_message = "permissions must follow"
  }
}

run "the_bucket_of_the_zips_can_have_another_name" {
  command = plan
  variables {
    names = { package_bucket = "our-zips" }
  }

  assert {
    condition     = local.all_buckets.artefacts == "our-zips"
    error_message = "the name must be as given"
  }
}

run "functions_learn_which_clusters_and_queues_are_shared" {
  command = plan

  assert {
    condition     = local.function_environment == merge(output.worker_environment, { SHARED_NAMES = "first" })
    error_message = "what else begins with first- belongs to one activity"
  }
}

run "others_are_shared_too_if_they_are_listed" {
  command = plan
  variables {
    names    = { job_queue = "first-jobs" }
    existing = { cluster = "first-cluster", clusters = ["first-old*"], job_queues = ["night"] }
  }

  assert {
    condition     = local.function_environment.SHARED_NAMES == "first-cluster,first-jobs,first-old*,night"
    error_message = "any activity may run jobs there"
  }
}
