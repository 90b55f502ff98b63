# Where its jobs run: a backend made here, or one made beside it.
locals {
  made    = concat(module.lambda, module.ecs, module.batch, module.sagemaker)
  backend = one(concat(var.backend[*], [for backend in local.made : backend.backend]))

  # Terraform drops attributes that a type does not have: a misspelt setting would be ignored.
  given  = one([for settings in [var.lambda, var.ecs, var.batch, var.sagemaker] : settings if settings != null])
  schema = one([for backend in local.made : backend.schema])
  unknown = local.schema == null ? [] : concat(
    [for name in keys(local.given) : name if !contains(keys(local.schema), name)],
    flatten([for name, inner in local.schema : [for key in try(keys(local.given[name]), []) : "${name}.${key}" if !contains(inner, key)] if inner != null]),
  )
}

module "lambda" {
  source = "../backend-lambda"
  count  = var.lambda == null ? 0 : 1

  stack             = var.stack
  name              = var.name
  callbacks         = local.is_callback
  max_queue_seconds = var.max_queue_seconds == null ? local.defaults.max_queue_seconds.lambda : var.max_queue_seconds
  settings          = var.lambda
}

module "ecs" {
  source = "../backend-ecs"
  count  = var.ecs == null ? 0 : 1

  stack           = var.stack
  name            = var.name
  callbacks       = local.is_callback
  timeout_seconds = var.timeout_seconds
  settings        = var.ecs
}

module "batch" {
  source = "../backend-batch"
  count  = var.batch == null ? 0 : 1

  stack           = var.stack
  name            = var.name
  callbacks       = local.is_callback
  timeout_seconds = var.timeout_seconds
  settings        = var.batch
}

module "sagemaker" {
  source = "../backend-sagemaker"
  count  = var.sagemaker == null ? 0 : 1

  stack           = var.stack
  name            = var.name
  timeout_seconds = var.timeout_seconds
  settings        = var.sagemaker
}
