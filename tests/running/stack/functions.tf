# Activities of functions that take as long as their input says.
locals {
  of_function = {
    paced = { max_starts_per_second = 1 }
    heavy = { pool = "gpus", weight = 4 }
    light = { pool = "gpus" }
    share = { share_key = "$.tenant", wake_up = "callback", max_concurrent_jobs = 4, timeout_seconds = 1800 }
    # Its slot is freed by whoever sees the end of the job.
    word = { event_bus_arn = aws_cloudwatch_event_bus.told.arn, max_concurrent_jobs = 1 }
  }
}

resource "aws_s3_bucket" "code" {
  bucket        = "running-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "faulty.zip"
  source = var.package
}

module "function" {
  source   = "../../../terraform/modules/function"
  for_each = toset(keys(local.of_function))

  name        = "running-${each.key}"
  description = "Takes as long as its input says"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 20 }
}

# Beside the stack: the functions need the stack's environment.
module "of_function" {
  source   = "../../../terraform/modules/activity"
  for_each = local.of_function

  stack                 = module.stack.handle
  name                  = each.key
  lambda                = { function_arn = module.function[each.key].arn, role = { name = module.function[each.key].role_name } }
  heartbeat_seconds     = 240
  timeout_seconds       = try(each.value.timeout_seconds, 600)
  wake_up               = try(each.value.wake_up, "requests")
  max_concurrent_jobs   = try(each.value.max_concurrent_jobs, null)
  max_starts_per_second = try(each.value.max_starts_per_second, null)
  pool                  = try(each.value.pool, null)
  weight                = try(each.value.weight, 1)
  share_key             = try(each.value.share_key, null)
  event_bus_arn         = try(each.value.event_bus_arn, null)
}
