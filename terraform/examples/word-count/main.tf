# The example: counts the words of objects in S3. A composition of the modules, as a user would write it: functions for the steps
# before and after, activities, and a state machine for each.
locals {
  name   = var.stack.name
  bucket = var.stack.bucket

  # One state machine for each.
  activities = {
    lambda  = true
    fargate = var.fargate != null
    batch   = var.batch != null
  }
  given_policies = { for key, settings in { fargate = var.fargate, batch = var.batch } : key => merge({ policies = {} }, settings).policies }
  machines       = toset([for key, wanted in local.activities : key if wanted])

  steps = {
    prepare = { description = "Example: creates the job's input", policies = { data = jsonencode(local.prepare_policy) }, environment = {}, limits = { timeout_seconds = 60, memory_mb = 512 } }
    # No policies: everything it returns is in the job's output.
    publish = { description = "Example: creates the execution's output", policies = {}, environment = {}, limits = { timeout_seconds = 60, memory_mb = 512 } }
    reduce  = { description = "Example: merges the outputs of many jobs", policies = {}, environment = {}, limits = { timeout_seconds = 60, memory_mb = 512 } }
    process = { description = "Example: counts the words of an object in S3", policies = { data = jsonencode(local.process_policy) }, environment = var.stack.worker_environment, limits = { timeout_seconds = 900, memory_mb = 1024 } }
  }

  process_states = merge({ lambda = module.lambda.process_state }, { for key, activity in module.container : key => activity.process_state })
  policies       = merge({ lambda = module.lambda.execution_policy_json }, { for key, activity in module.container : key => activity.execution_policy_json })
}

module "packages" {
  source = "../../modules/packages"

  packages = var.packages
  names    = keys(local.steps)
  bucket   = local.bucket.name
}

module "function" {
  source   = "../../modules/function"
  for_each = local.steps

  name        = "${local.name}-${each.key}"
  description = each.value.description
  handler     = "${each.key}.handler.handle"
  package     = module.packages.packages[each.key]
  policies    = each.value.policies
  environment = each.value.environment
  limits      = each.value.limits
  iam         = { permissions_boundary_arn = var.stack.iam.permissions_boundary_arn }
  logs        = { retention_days = var.stack.log_retention_days }
  kms_key_arn = var.stack.kms_key_arn
  watching    = { alarm_actions = var.stack.alarm_actions }
  tags        = var.stack.tags
}

module "lambda" {
  source = "../../modules/activity"

  stack               = var.stack
  name                = "lambda"
  max_concurrent_jobs = var.max_concurrent_jobs
  lambda              = { function_arn = module.function["process"].arn, role = { name = module.function["process"].role_name } }
}

module "container" {
  source   = "../../modules/activity"
  for_each = setsubtract(local.machines, ["lambda"])

  stack               = var.stack
  name                = each.key
  ecs                 = each.key == "fargate" ? merge(var.fargate, { policies = merge(local.given_policies.fargate, { data = jsonencode(local.process_policy) }) }) : null
  batch               = each.key == "batch" ? merge(var.batch, { policies = merge(local.given_policies.batch, { data = jsonencode(local.process_policy) }) }) : null
  max_concurrent_jobs = var.max_concurrent_jobs
  allowed_overrides   = var.allowed_overrides
}
