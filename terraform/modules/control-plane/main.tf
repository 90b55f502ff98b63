# Everything that exists once: what takes tasks off activities, starts their jobs and ends their tasks. Nothing here names an
# activity: what may be served is told by names (NAME-*), by the path of the jobs' roles and, for functions, by their own policies.
data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id
  region    = data.aws_service.current.region
  place     = "${local.region}:${local.account}"

  # What belongs to the stack begins with it.
  prefix   = "${var.name}-"
  iam_path = coalesce(var.iam.path, "/${var.name}/")
  job_path = coalesce(var.iam.job_path, "${local.iam_path}jobs/")

  # Bucket names must be unique in the partition, hence account and region, and have at most 63 characters.
  long_bucket_names = { for purpose in ["data", "artefacts"] : purpose => "${local.prefix}${purpose}-${local.account}-${local.region}" }
  bucket_names = { for purpose, name in local.long_bucket_names :
    purpose => length(name) <= 63 ? name : "${trimsuffix(substr(var.name, 0, 24), "-")}-${purpose}-${substr(sha256(name), 0, 16)}"
  }
  names = {
    task_table               = coalesce(var.names.task_table, "${local.prefix}tasks")
    dispatch_queue           = coalesce(var.names.dispatch_queue, "${local.prefix}dispatch")
    report_dead_letter_queue = coalesce(var.names.report_dead_letter_queue, "${local.prefix}report-dead-letter")
    data_bucket              = coalesce(var.existing.data_bucket, var.names.data_bucket, local.bucket_names.data)
    package_bucket           = coalesce(var.names.package_bucket, local.bucket_names.artefacts)
    handle                   = coalesce(var.names.handle, "/activity-dispatch/${var.name}")
    cluster                  = coalesce(var.existing.cluster, var.names.cluster, var.name)
    job_queue                = coalesce(var.existing.job_queue, var.names.job_queue, var.name)
    job_security_group       = coalesce(var.names.job_security_group, "${local.prefix}jobs")
  }
  function_names = { for function in ["dispatcher", "reporter", "reconciler", "poller", "listener"] :
    function => lookup(var.names.functions, function, "${local.prefix}${function}")
  }
  # Known before the functions exist, so that what names them need not wait.
  function_arns = { for function, name in local.function_names : function => "arn:${local.partition}:lambda:${local.place}:function:${name}" }

  # An invocation takes requests for one to three and a half minutes; the last polls take 60 s, and their starts follow.
  dispatcher_timeout_seconds = 300

  # Of every function of the stack.
  function_iam     = { path = local.iam_path, permissions_boundary_arn = var.iam.permissions_boundary_arn }
  job_boundary_arn = var.iam.job_permissions_boundary_arn == null ? var.iam.permissions_boundary_arn : var.iam.job_permissions_boundary_arn
  watching         = { alarm_actions = var.watching.alarm_actions, tracing = var.watching.tracing }
}

module "dispatcher" {
  source = "../function"

  name         = local.function_names.dispatcher
  description  = "Takes tasks off activities and starts their jobs"
  handler      = "dispatcher.handler.handle"
  package      = module.packages.packages.dispatcher
  limits       = { timeout_seconds = local.dispatcher_timeout_seconds, memory_mb = 512, concurrency = local.reserved_concurrency.dispatcher }
  environment  = local.function_environment
  policies     = merge({ dispatch = jsonencode(local.dispatcher_policy) }, local.job_policies.dispatcher)
  iam          = local.function_iam
  vpc          = var.functions.vpc
  architecture = var.functions.architecture
  logs         = var.logs
  kms_key_arn  = var.data.kms_key_arn
  watching     = local.watching
  tags         = var.tags
}

resource "aws_lambda_event_source_mapping" "this" {
  event_source_arn        = aws_sqs_queue.this["dispatch"].arn
  function_name           = module.dispatcher.arn
  batch_size              = 10
  enabled                 = !var.dispatch.paused
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.tags

  scaling_config {
    maximum_concurrency = var.dispatch.max_dispatchers
  }
}
