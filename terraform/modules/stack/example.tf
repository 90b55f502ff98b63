# The example: the steps before and after the activity, and one state machine for each backend.
locals {
  example_backends = var.example == null ? toset([]) : toset(concat(["lambda"], local.container_backends))

  steps = var.example == null ? {} : {
    prepare = {
      description = "Example: creates the job's input"
      policies    = { data = jsonencode(local.prepare_policy) }
    }
    # No policies: everything it returns is in the job's output.
    publish = {
      description = "Example: creates the execution's output"
      policies    = {}
    }
    reduce = {
      description = "Example: merges the outputs of many jobs"
      policies    = {}
    }
  }

  # Only errors of Lambda itself; an error of the function ends the execution.
  lambda_retry = [{
    ErrorEquals = [
      "Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException",
      "Lambda.TooManyRequestsException",
    ]
    IntervalSeconds = 1
    MaxAttempts     = 6
    BackoffRate     = 2
    JitterStrategy  = "FULL"
  }]
  invoke = "arn:${data.aws_partition.current.partition}:states:::lambda:invoke"

  # A state that invokes a step: merge(local.step_state.prepare, { Next = ... }).
  step_state = { for name, step in module.step : name => {
    Type       = "Task"
    Resource   = local.invoke
    Parameters = { FunctionName = step.arn, "Payload.$" = "$" }
    OutputPath = "$.Payload"
    Retry      = local.lambda_retry
  } }

  example_definitions = { for backend in local.example_backends : backend => {
    Comment = "Counts the words of an object in S3: the job runs on ${backend}"
    StartAt = "Prepare"
    States = {
      Prepare = merge(local.step_state.prepare, { Next = "Process" })
      Process = merge(local.process_states[backend], { Next = "Publish" })
      Publish = merge(local.step_state.publish, { End = true })
    }
  } }
}

module "step" {
  source   = "../function"
  for_each = local.steps

  name               = "${var.name}-${each.key}"
  description        = each.value.description
  handler            = "${each.key}.handler.handle"
  package            = local.artefacts[each.key]
  policies           = each.value.policies
  timeout_seconds    = 60
  memory_mb          = 512
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  tracing            = var.watching.tracing
  tags               = var.tags
}

module "state_machine" {
  source   = "../state-machine"
  for_each = local.example_backends

  name       = "${var.name}-${each.key}"
  definition = jsonencode(local.example_definitions[each.key])
  policies = merge(
    contains(keys(local.execution_policies), each.key) ? { dispatch = local.execution_policies[each.key] } : {},
    { steps = jsonencode(local.steps_policies["one"]) },
  )
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  tracing            = var.watching.tracing
  tags               = var.tags
}
