# An activity with a rate, for test_rates.py, and two that share a pool, for test_pools.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/pools/terraform.tfstate"
  }
}

variable "package" {
  description = "Zip of the faulty function."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

locals {
  activities = {
    paced = { max_starts_per_second = 2, pool = null, weight = 1 }
    heavy = { max_starts_per_second = null, pool = "gpus", weight = 4 }
    light = { max_starts_per_second = null, pool = "gpus", weight = 1 }
  }
}

resource "aws_s3_bucket" "code" {
  bucket        = "pools-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "faulty.zip"
  source = var.package
}

module "function" {
  source   = "../../../terraform/modules/function"
  for_each = local.activities

  name        = "pools-${each.key}"
  description = "Takes as long as its input says"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 20 }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "pools"
  packages = { dir = var.packages_dir }
  backends = ["lambda"]
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch = { missed_task_poll_minutes = 1440 }
  pools    = { gpus = { size = 8 } }
}

# Beside the stack: the functions need the stack's environment.
module "activity" {
  source   = "../../../terraform/modules/activity"
  for_each = local.activities

  stack                 = module.stack.handle
  name                  = each.key
  lambda                = { function_arn = module.function[each.key].arn, role = { name = module.function[each.key].role_name } }
  heartbeat_seconds     = 240
  timeout_seconds       = 600
  max_starts_per_second = each.value.max_starts_per_second
  pool                  = each.value.pool
  weight                = each.value.weight
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = local.activities

  name = "pools-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.activity[each.key].process_state, { End = true }) }
  })
  policies = { dispatch = module.activity[each.key].execution_policy_json }
}

output "state_machines" {
  value = { for name, machine in module.state_machine : name => machine.arn }
}

output "task_table" {
  value = module.stack.handle.table.name
}
