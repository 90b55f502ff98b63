# Where its jobs run: a backend made here, or one made beside it.
locals {
  made     = concat(module.lambda, module.ecs, module.batch, module.sagemaker)
  backends = concat(var.backend[*], [for backend in local.made : backend.backend])
  # With none or several of them, a precondition fails.
  backend = length(local.backends) == 1 ? local.backends[0] : { kind = "lambda", name = var.name, config = "null" }
  given   = [for settings in [var.lambda, var.ecs, var.batch, var.sagemaker] : settings if settings != null]

  # Terraform drops attributes that a type does not have: a misspelt setting would be ignored. So the names of what is given, at
  # every depth, are compared with those of what the backend got.
  names = { for from, settings in { given = local.given, got = [for backend in local.made : backend.schema] } : from => flatten([
    for object in settings : [for a, one in object : [a, [
      for b in try([for name, value in one : name], []) : ["${a}.${b}", [
        for c in try([for name, value in one[b] : name], []) : ["${a}.${b}.${c}", [
          for d in try([for name, value in one[b][c] : name], []) : "${a}.${b}.${c}.${d}"
        ]]
      ]]
    ]]]
  ]) }
  # A function's role may be the resource itself.
  not_got = [for name in setsubtract(local.names.given, local.names.got) : name if !startswith(name, "role.")]
  unknown = [for name in local.not_got : name if !anytrue([for outer in local.not_got : startswith(name, "${outer}.")])]

  # What a task's input may change, by backend; environment variables besides. A function decides itself what its input says.
  overrides = {
    ecs       = ["command", "cpu", "memory_mb", "gpu", "timeout_seconds"]
    batch     = ["command", "cpu", "memory_mb", "gpu", "timeout_seconds"]
    sagemaker = ["instance_type", "instance_count", "volume_gb", "timeout_seconds"]
  }
  wrong_overrides = [for entry in var.allowed_overrides : entry if !startswith(entry, "environment.") && anytrue([for kind in local.kinds : !contains(lookup(local.overrides, kind, [entry]), entry)])]
}

module "lambda" {
  source = "../backend-lambda"
  count  = var.lambda == null ? 0 : 1

  stack             = var.stack
  name              = var.name
  callbacks         = local.is_callback
  max_queue_seconds = var.max_queue_seconds == null ? local.defaults.max_queue_seconds.lambda : var.max_queue_seconds
  settings          = var.lambda
  depends_on        = [aws_dynamodb_table_item.claim]
}

module "ecs" {
  source = "../backend-ecs"
  count  = var.ecs == null ? 0 : 1

  stack           = var.stack
  name            = var.name
  callbacks       = local.is_callback
  timeout_seconds = var.timeout_seconds
  settings        = var.ecs

  linger_seconds    = var.linger_seconds
  max_tasks_per_job = var.max_tasks_per_job

  depends_on = [aws_dynamodb_table_item.claim]
}

module "batch" {
  source = "../backend-batch"
  count  = var.batch == null ? 0 : 1

  stack           = var.stack
  name            = var.name
  callbacks       = local.is_callback
  timeout_seconds = var.timeout_seconds
  settings        = var.batch

  linger_seconds    = var.linger_seconds
  max_tasks_per_job = var.max_tasks_per_job

  depends_on = [aws_dynamodb_table_item.claim]
}

module "sagemaker" {
  source = "../backend-sagemaker"
  count  = var.sagemaker == null ? 0 : 1

  stack           = var.stack
  name            = var.name
  timeout_seconds = var.timeout_seconds
  settings        = var.sagemaker
  depends_on      = [aws_dynamodb_table_item.claim]
}
