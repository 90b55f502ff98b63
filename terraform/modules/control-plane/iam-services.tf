# What the stack's functions may do with jobs, by service and name. Of functions nothing: each one's own policy lets the stack in
# (module backend-lambda).
locals {
  arn_prefixes = { for service in ["ecs", "batch", "sagemaker", "logs"] : service => "arn:${local.partition}:${service}:${local.place}" }

  clusters       = distinct(concat([local.names.cluster, "${local.prefix}*"], var.existing.clusters))
  cluster_arns   = [for name in local.clusters : "${local.arn_prefixes.ecs}:cluster/${name}"]
  ecs_task_arns  = [for name in local.clusters : "${local.arn_prefixes.ecs}:task/${name}/*"]
  in_clusters    = { ArnLike = { "ecs:cluster" = local.cluster_arns } }
  job_queues     = distinct(concat([local.names.job_queue, "${local.prefix}*"], var.existing.job_queues))
  job_queue_arns = [for name in local.job_queues : "${local.arn_prefixes.batch}:job-queue/${name}"]
  training_arns  = ["${local.arn_prefixes.sagemaker}:training-job/task-*"]

  start_statements = {
    lambda = []
    ecs = [
      {
        Sid    = "RunTasks"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        # The request names only the family; ECS asks for permission to run its latest revision.
        Resource  = ["${local.arn_prefixes.ecs}:task-definition/${local.prefix}*:*"]
        Condition = local.in_clusters
      },
      {
        # A task gets its definition's tags, so RunTask requires this permission too.
        Sid       = "TagTasks"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = local.ecs_task_arns
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
    ]
    batch = [{
      Sid      = "SubmitJobs"
      Effect   = "Allow"
      Action   = ["batch:SubmitJob"]
      Resource = concat(["${local.arn_prefixes.batch}:job-definition/${local.prefix}*"], local.job_queue_arns)
      }, {
      Sid      = "TagJobs"
      Effect   = "Allow"
      Action   = ["batch:TagResource"]
      Resource = ["${local.arn_prefixes.batch}:job/*"]
    }]
    sagemaker = [
      {
        Sid      = "RunTrainings"
        Effect   = "Allow"
        Action   = ["sagemaker:CreateTrainingJob"]
        Resource = local.training_arns
      },
      {
        Sid       = "TagTrainings"
        Effect    = "Allow"
        Action    = ["sagemaker:AddTags"]
        Resource  = local.training_arns
        Condition = { StringEquals = { "sagemaker:TaggingAction" = "CreateTrainingJob" } }
      },
    ]
  }
  # Batch itself passes the roles that a definition names, on behalf of who registers it.
  passed_to = [for backend, service in { ecs = "ecs-tasks.amazonaws.com", sagemaker = "sagemaker.amazonaws.com" } : service if contains(var.backends, backend)]
  pass_roles = [for services in [local.passed_to] : {
    Sid       = "GiveJobsTheirRoles"
    Effect    = "Allow"
    Action    = ["iam:PassRole"]
    Resource  = ["arn:${local.partition}:iam::${local.account}:role${local.job_path}${local.prefix}*"]
    Condition = { StringEquals = { "iam:PassedToService" = services } }
  } if length(services) > 0]

  # In a fixed order: a changed one would change policies.
  permitted = [for backend in ["lambda", "ecs", "batch", "sagemaker"] : backend if contains(var.backends, backend)]
  starts    = concat(flatten([for backend in local.permitted : local.start_statements[backend]]), local.pass_roles)
  watches   = flatten([for backend in local.permitted : local.watched[backend].statements])
  ends      = flatten([for backend in local.permitted : concat(local.watched[backend].statements, local.watched[backend].log_statements)])
  # A policy must have a statement: if all jobs are functions there is none.
  job_policies = { for function, statements in {
    dispatcher = concat(local.starts, local.watches)
    poller     = concat(local.starts, local.watches)
    reporter   = local.ends
    reconciler = concat(local.starts, local.ends)
  } : function => { for name in ["jobs"] : name => jsonencode({ Version = "2012-10-17", Statement = statements }) if length(statements) > 0 } }

  # IAM counts all inline policies of a role together, up to 10,240 characters; module function adds less than 1,500 of them, for
  # logs, tracing and network. Activities add nothing, names in existing do.
  max_policy_size = 8740
  policy_sizes = { for function, policy in {
    dispatcher = local.dispatcher_policy
    poller     = { Statement = local.take_tasks }
    reporter   = local.reporter_policy
    reconciler = local.reconciler_policy
  } : function => length(jsonencode(policy)) + sum(concat([0], [for jobs in values(local.job_policies[function]) : length(jobs)])) }
}
