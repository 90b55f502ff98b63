# Activities whose jobs are Lambda invocations: the example's, and one for each function of the user.
locals {
  lambda_activities = merge(
    var.example == null ? {} : { lambda = merge(local.activity_defaults, {
      heartbeat_seconds   = 300
      timeout_seconds     = 3600
      max_concurrent_jobs = var.example.max_concurrent_jobs
      max_queue_seconds   = 900
    }) },
    var.lambda_activities,
  )
  # Separate from the activities to avoid a cycle: a function's role depends on the activities.
  lambda_function_arns = merge(
    { for process in module.process : "lambda" => process.arn },
    { for key, activity in var.lambda_activities : key => activity.function_arn },
  )
  # Functions whose role may lack the worker's policy.
  silent_functions = [for key, activity in var.lambda_activities : key if activity.role_name == null && !activity.report_failures]
}

module "backend_lambda" {
  source   = "../backend-lambda"
  for_each = local.lambda_activities

  function_arn = local.lambda_function_arns[each.key]
}

module "async_invocation" {
  source   = "../async-invocation"
  for_each = local.lambda_activities
  # Lambda accepts a destination only if the function's role may invoke it.
  depends_on = [aws_iam_role_policy.worker]

  name         = "${var.name}-${each.key}"
  function_arn = local.lambda_function_arns[each.key]
  # If no limit is set: Lambda's maximum of six hours.
  max_queue_seconds       = coalesce(each.value.max_queue_seconds, 21600)
  failure_destination_arn = contains(local.silent_functions, each.key) ? null : module.dispatcher.reporter.arn
  alarm_actions           = var.watching.alarm_actions
  tags                    = var.tags
}

module "process" {
  source = "../function"
  count  = var.example == null ? 0 : 1

  name               = "${var.name}-process"
  description        = "Example: counts the words of an object in S3"
  handler            = "process.handler.handle"
  package            = local.artefacts.process
  timeout_seconds    = 900
  memory_mb          = 1024
  environment        = module.dispatcher.worker_environment
  policies           = { worker = module.dispatcher.worker_policy_json, data = jsonencode(local.process_policy) }
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  tracing            = var.watching.tracing
  tags               = var.tags
}

resource "aws_iam_role_policy" "worker" {
  for_each = { for key, activity in var.lambda_activities : key => activity if activity.role_name != null }

  name   = "${var.name}-${each.key}-worker"
  role   = each.value.role_name
  policy = module.dispatcher.worker_policy_json
}
