# Sweeps: prepare the trainings, push each one to the backend, choose the best and publish it.
locals {
  training_keys = concat(keys(local.training_on_batch), keys(local.training_on_sagemaker))

  sweep_steps = var.training == null ? {} : {
    prepare = { handler = "prepare", description = "Training: lists the trainings of a sweep", policies = {} }
    reduce  = { handler = "reduce", description = "Training: chooses the best", policies = {} }
    publish = {
      handler     = "publish_winner"
      description = "Training: writes the winner, the comparison and the learning curves"
      policies    = { data = jsonencode(local.publish_training_policy) }
    }
  }
  publish_training_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadHistoriesAndWriteComparison"
          Effect   = "Allow"
          Action   = ["s3:GetObject", "s3:PutObject"]
          Resource = ["${local.bucket_arns.data}/training/*"]
        },
        {
          # Otherwise S3 answers "access denied" for a missing key instead of "no such key".
          Sid      = "TellMissingFromForbidden"
          Effect   = "Allow"
          Action   = ["s3:ListBucket"]
          Resource = [local.bucket_arns.data]
        },
      ],
      var.data.kms_key_arn == null ? [] : [{
        Sid      = "UseKey"
        Effect   = "Allow"
        Action   = ["kms:Decrypt", "kms:GenerateDataKey"]
        Resource = [var.data.kms_key_arn]
      }],
    )
  }

  sweep_parameters = {
    prepare = { Payload = {
      "input.$"     = "$"
      "execution.$" = "$$.Execution.Name"
      settings = {
        hyperparameters = try(var.training.hyperparameters, null)
        max_trainings   = try(var.training.max_trainings, null)
        s3_uri          = local.training_s3_uri
      }
    } }
    reduce  = { Payload = { "sweep.$" = "$", objective = try(var.training.objective, null) } }
    publish = { "Payload.$" = "$" }
  }
  sweep_state = { for name, step in module.sweep : name => {
    Type       = "Task"
    Resource   = local.invoke
    Parameters = merge({ FunctionName = step.arn }, local.sweep_parameters[name])
    OutputPath = "$.Payload"
    Retry      = local.lambda_retry
  } }

  training_definitions = { for key in local.training_keys : key => {
    Comment = "Trains every combination of a sweep's hyperparameters: ${key}"
    StartAt = "Prepare"
    States = {
      Prepare = merge(local.sweep_state["prepare"], { Next = "Trainings" })
      Trainings = {
        Type           = "Map"
        ItemsPath      = "$.trainings"
        MaxConcurrency = var.training.max_concurrency
        ItemProcessor = {
          ProcessorConfig = { Mode = "INLINE" }
          StartAt         = "Train"
          States = {
            # Its Retry resumes an interrupted training: the item names the place of the checkpoints.
            Train = merge(module.activity[key].process_state, {
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
      Reduce  = merge(local.sweep_state["reduce"], { Next = "Publish" })
      Publish = merge(local.sweep_state["publish"], { End = true })
    }
  } }
  training_state_machine_arns = [for key in local.training_keys :
    "arn:${data.aws_partition.current.partition}:states:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:stateMachine:${var.name}-${key}"
  ]
}

module "sweep" {
  source   = "../function"
  for_each = local.sweep_steps

  name               = "${var.name}-sweep-${each.key}"
  description        = each.value.description
  handler            = "sweep.handler.${each.value.handler}"
  package            = local.artefacts["sweep"]
  policies           = each.value.policies
  timeout_seconds    = 60
  memory_mb          = 512
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  alarm_actions      = var.watching.alarm_actions
  tracing            = var.watching.tracing
  tags               = var.tags
}

module "training" {
  source   = "../state-machine"
  for_each = local.training_definitions

  name       = "${var.name}-${each.key}"
  definition = jsonencode(each.value)
  policies = {
    dispatch = module.activity[each.key].execution_policy_json
    steps = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "InvokeSteps"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [for step in module.sweep : step.arn]
      }]
    })
  }
  log_retention_days = var.log_retention_days
  kms_key_arn        = var.data.kms_key_arn
  tracing            = var.watching.tracing
  tags               = var.tags
}
