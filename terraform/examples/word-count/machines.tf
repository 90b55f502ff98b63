locals {
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
  # A state that invokes a step: merge(local.step.prepare, { Next = ... }).
  step = { for name, function in module.function : name => {
    Type       = "Task"
    Resource   = "arn:${var.stack.partition}:states:::lambda:invoke"
    Parameters = { FunctionName = function.arn, "Payload.$" = "$" }
    OutputPath = "$.Payload"
    Retry      = local.lambda_retry
  } }

  one_text = { for key in local.machines : key => jsonencode({
    Comment = "Counts the words of an object in S3: the job runs on ${key}"
    StartAt = "Prepare"
    States = {
      Prepare = merge(local.step.prepare, { Next = "Process" })
      Process = merge(local.process_states[key], { Next = "Publish" })
      Publish = merge(local.step.publish, { End = true })
    }
  }) }
  # For many texts at once: a Map of jobs whose outputs are merged.
  many_texts = { for name in ["fan-out"] : name => jsonencode({
    Comment = "Counts the words of many objects in S3: the jobs run on ${var.fan_out.activity}"
    StartAt = "OneOrMany"
    States = {
      OneOrMany = {
        Type = "Choice"
        Choices = [
          { Variable = "$.sources", IsPresent = true, Next = "Texts" },
          { Variable = "$.source", IsPresent = true, Next = "One" },
        ]
        Default = "None"
      }
      One = {
        Type       = "Pass"
        Parameters = { "sources.$" = "States.Array($.source)" }
        Next       = "Texts"
      }
      None = {
        Type  = "Fail"
        Error = "InvalidInput"
        Cause = "input: it must have \"sources\", a list of S3 URIs, or \"source\", one of them"
      }
      Texts = {
        Type           = "Map"
        ItemsPath      = "$.sources"
        ItemSelector   = { "source.$" = "$$.Map.Item.Value" }
        MaxConcurrency = var.fan_out.max_concurrency
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Prepare"
          States = {
            Prepare = merge(local.step.prepare, { Next = "Process" })
            Process = merge(local.process_states[var.fan_out.activity], { End = true })
          }
        }
        Next = "Reduce"
      }
      Reduce  = merge(local.step.reduce, { Next = "Publish" })
      Publish = merge(local.step.publish, { End = true })
    }
  }) if contains(local.machines, var.fan_out.activity) }
}

module "state_machine" {
  source   = "../../modules/state-machine"
  for_each = merge(local.one_text, local.many_texts)

  name       = "${local.name}-${each.key}"
  definition = each.value
  policies = merge(
    { for policy in [local.policies[each.key == "fan-out" ? var.fan_out.activity : each.key]] : "dispatch" => policy if policy != null },
    { steps = jsonencode(local.steps_policies[each.key == "fan-out" ? "many" : "one"]) },
  )
  iam         = { permissions_boundary_arn = var.stack.iam.permissions_boundary_arn }
  logs        = { retention_days = var.stack.log_retention_days }
  kms_key_arn = var.stack.kms_key_arn
  tags        = var.stack.tags
}
