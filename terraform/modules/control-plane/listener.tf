# A function that gets each scheduled task from a state machine's log, if wake_ups has logs. Whose log it hears is decided where
# the state machine is: a subscription of its log group to the function.
locals {
  listener_policy = {
    Version   = "2012-10-17"
    Statement = concat([local.make_requests, local.read_table], local.use_keys)
  }
}

module "listener" {
  source   = "../function"
  for_each = toset([for mode, function in { logs = "listener" } : function if contains(var.wake_ups, mode)])

  name         = local.function_names.listener
  description  = "Turns log events of state machines into dispatch requests"
  handler      = "listener.handler.handle"
  package      = module.packages.packages.listener
  limits       = { timeout_seconds = 60, memory_mb = 256 }
  environment  = local.worker_environment
  policies     = { listen = jsonencode(local.listener_policy) }
  iam          = local.function_iam
  vpc          = var.functions.vpc
  architecture = var.functions.architecture
  logs         = var.logs
  kms_key_arn  = var.data.kms_key_arn
  watching     = local.watching
  tags         = var.tags
}

resource "aws_lambda_permission" "listener" {
  for_each = module.listener

  statement_id   = "logs"
  function_name  = each.value.name
  action         = "lambda:InvokeFunction"
  principal      = "logs.amazonaws.com"
  source_account = local.account
  source_arn     = "arn:${local.partition}:logs:${local.place}:log-group:*"
}
