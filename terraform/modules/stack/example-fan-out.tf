# The example for many texts at once: a Map of jobs whose outputs are merged.
locals {
  fan_out_definitions = var.example == null ? {} : { fan-out = {
    Comment = "Counts the words of many objects in S3: the jobs run on ${var.example.fan_out_backend}"
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
        MaxConcurrency = var.example.fan_out_max_concurrency
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Prepare"
          States = {
            Prepare = merge(local.step_state.prepare, { Next = "Process" })
            Process = merge(local.process_states[var.example.fan_out_backend], { End = true })
          }
        }
        Next = "Reduce"
      }
      Reduce  = merge(local.step_state.reduce, { Next = "Publish" })
      Publish = merge(local.step_state.publish, { End = true })
    }
  } }
}

module "fan_out" {
  source   = "../state-machine"
  for_each = local.fan_out_definitions

  name       = "${var.name}-${each.key}"
  definition = jsonencode(each.value)
  policies = merge(
    contains(keys(local.execution_policies), var.example.fan_out_backend) ? { dispatch = local.execution_policies[var.example.fan_out_backend] } : {},
    { steps = jsonencode(local.steps_policies["many"]) },
  )
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  tracing            = var.watching.tracing
  tags               = var.tags
}
