# What `make verify` needs beside an environment: a stack with activities for its checks. It is removed at the end.
provider "aws" {
  region              = var.region
  allowed_account_ids = var.account_id == null ? null : [var.account_id]

  access_key = var.account_id == null ? "test" : null
  secret_key = var.account_id == null ? "test" : null
  # A local cloud, whose address is in AWS_ENDPOINT_URL, has no instance metadata and one host name for all buckets.
  skip_metadata_api_check     = var.account_id == null ? "true" : null
  skip_credentials_validation = var.account_id == null
  s3_use_path_style           = var.account_id == null

  default_tags {
    tags = { Purpose = "make-verify", ManagedBy = "terraform" }
  }
}

data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

locals {
  iam = { permissions_boundary_arn = var.permissions_boundary_arn }
  # Heartbeat and timeout of the state, in seconds.
  activities = {
    requests = { heartbeat_seconds = 60, timeout_seconds = 300 }
    single   = { heartbeat_seconds = 60, timeout_seconds = 900, max_concurrent_jobs = 1 }
    poll     = { heartbeat_seconds = 60, timeout_seconds = 300, wake_up = "poll" }
    logs     = { heartbeat_seconds = 60, timeout_seconds = 300, wake_up = "logs" }
    callback = { heartbeat_seconds = 180, timeout_seconds = 300, wake_up = "callback" }
  }
  # By name to avoid a cycle: the state machines depend on the stack, which must know them.
  machines           = concat(["requests", "single", "poll", "logs", "callback", "retry", "branches", "clock", "polled", "jsonata", "jsonata-callback"], var.training == null ? [] : ["sagemaker"])
  arn_prefix         = "arn:${data.aws_partition.current.partition}:states:${var.region}:${data.aws_caller_identity.current.account_id}"
  state_machine_arns = { for key in local.machines : key => "${local.arn_prefix}:stateMachine:${var.name}-${key}" }
}

resource "aws_s3_object" "job" {
  bucket = var.data_bucket
  key    = "verify/${var.name}/job.zip"
  source = var.job_package

  # An object has at most 10 tags.
  override_provider {
    default_tags {
      tags = {}
    }
  }
}

module "job" {
  source = "../modules/function"

  name        = "${var.name}-job"
  description = "Does as its input says"
  handler     = "job.handle"
  package     = { bucket = var.data_bucket, key = aws_s3_object.job.key, hash = filebase64sha256(var.job_package) }
  environment = merge(module.stack.worker_environment, { VERIFY_BUCKET = var.data_bucket })
  limits      = { timeout_seconds = 60 }
  # An object there ends the failures that the function was asked for.
  iam = local.iam
  policies = { switch = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "s3:ListBucket"
      Resource  = "arn:${data.aws_partition.current.partition}:s3:::${var.data_bucket}"
      Condition = { StringLike = { "s3:prefix" = "verify/${var.name}/*" } }
    }]
  }) }
}

module "stack" {
  source = "../modules/stack"

  name     = var.name
  packages = { dir = var.packages_dir }
  backends = concat(["lambda"], var.training == null ? [] : ["sagemaker"])
  wake_ups = ["poll", "logs"]
  iam      = local.iam
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  logs     = { retention_days = 1 }
  watching = { dashboard = false }
  # The environment's stack keeps its reservations; an account may not have room for a second one.
  dispatch = { reserved_concurrency = { enabled = false } }
}

# One function behind all activities but the training's.
module "jobs" {
  source = "../modules/backend-lambda"

  stack      = module.stack.handle
  name       = "jobs"
  activities = keys(local.activities)
  callbacks  = true
  settings   = { function_arn = module.job.arn, role = { name = module.job.role_name } }
}

module "activity" {
  source   = "../modules/activity"
  for_each = local.activities

  stack               = module.stack.handle
  name                = each.key
  backend             = module.jobs.backend
  heartbeat_seconds   = each.value.heartbeat_seconds
  timeout_seconds     = each.value.timeout_seconds
  max_concurrent_jobs = try(each.value.max_concurrent_jobs, null)
  wake_up             = try(each.value.wake_up, null)
}

module "training" {
  source = "../modules/activity"
  count  = var.training == null ? 0 : 1

  stack             = module.stack.handle
  name              = "sagemaker"
  timeout_seconds   = 1800
  allowed_overrides = ["environment.VERIFY_*"]
  sagemaker = {
    container = {
      image = var.training.image
      # Without /opt/ml, on a local cloud, there is no model.
      entrypoint = ["sh", "-c", <<-EOT
        echo accuracy=0.75
        echo "$VERIFY_LINE"
        { echo 1 >/opt/ml/model/verify; } 2>/dev/null
        sleep "$${VERIFY_SECONDS:-1}"
        exit "$${VERIFY_EXIT:-0}"
      EOT
      ]
    }
    instances           = { type = var.training.instance_type, volume_gb = 5 }
    metrics             = { accuracy = "accuracy=([0-9.]+)" }
    repository_arns     = var.training.repository_arns
    job_timeout_seconds = 600
  }
}

module "jsonata" {
  source   = "../modules/process-state"
  for_each = { jsonata = "requests", jsonata-callback = "callback" }

  activity       = module.activity[each.value].activity
  query_language = "JSONata"
}

locals {
  served = merge(module.activity, { for training in module.training : "sagemaker" => training })
}

module "state_machine" {
  source   = "../modules/state-machine"
  for_each = toset(local.machines)

  name         = "${var.name}-${each.key}"
  definition   = jsonencode(local.definitions[each.key])
  policies     = { for activity in local.requests_of[each.key] : activity => local.served[activity].execution_policy_json }
  iam          = local.iam
  logs         = { retention_days = 1 }
  listener_arn = each.key == "logs" ? module.stack.handle.listener_arn : null
}
