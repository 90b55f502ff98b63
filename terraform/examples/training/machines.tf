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
  parameters = {
    prepare = { Payload = {
      "input.$"     = "$"
      "execution.$" = "$$.Execution.Name"
      settings = {
        hyperparameters = var.hyperparameters
        max_trainings   = var.limits.max_trainings
        s3_uri          = local.s3_uri
      }
    } }
    reduce  = { Payload = { "sweep.$" = "$", objective = var.objective } }
    publish = { "Payload.$" = "$" }
  }
  step = { for name, step in module.sweep : name => {
    Type       = "Task"
    Resource   = "arn:${var.stack.partition}:states:::lambda:invoke"
    Parameters = merge({ FunctionName = step.arn }, local.parameters[name])
    OutputPath = "$.Payload"
    Retry      = local.lambda_retry
  } }

  definitions = { for key, activity in module.activity : key => {
    Comment = "Trains every combination of a sweep's hyperparameters: ${key}"
    StartAt = "Prepare"
    States = {
      Prepare = merge(local.step["prepare"], { Next = "Trainings" })
      Trainings = {
        Type           = "Map"
        ItemsPath      = "$.trainings"
        MaxConcurrency = var.limits.max_concurrency
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Train"
          States = {
            # Its Retry resumes an interrupted training: the item names the place of the checkpoints.
            Train = merge(activity.process_state, {
              ResultPath = "$.results"
              OutputPath = "$"
              # If one fails the others go on; the comparison shows the failure.
              Catch = [{ ErrorEquals = ["States.ALL"], ResultPath = "$.failure", Next = "Failed" }]
              End   = true
            })
            Failed = { Type = "Pass", End = true }
          }
        }
        ResultPath = "$.trainings"
        Next       = "Reduce"
      }
      Reduce  = merge(local.step["reduce"], { Next = "Publish" })
      Publish = merge(local.step["publish"], { End = true })
    }
  } }
}

module "state_machine" {
  source   = "../../modules/state-machine"
  for_each = local.definitions

  name       = "${local.name}-${each.key}"
  definition = jsonencode(each.value)
  policies = {
    dispatch = module.activity[each.key].execution_policy_json
    steps    = jsonencode(local.steps_policy)
  }
  iam         = { permissions_boundary_arn = var.stack.iam.permissions_boundary_arn }
  logs        = { retention_days = var.stack.log_retention_days }
  kms_key_arn = var.stack.kms_key_arn
  tags        = var.stack.tags
}
