# A callback target whose free slots go in turn to the callers that wait: for test_shares.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/shares/terraform.tfstate"
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

resource "aws_s3_bucket" "code" {
  bucket        = "shares-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "faulty.zip"
  source = var.package
}

module "function" {
  source = "../../../terraform/modules/function"

  name        = "shares"
  description = "Takes as long as its input says"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 20 }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "shares"
  packages = { dir = var.packages_dir }
  backends = ["lambda"]
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch = { missed_task_poll_minutes = 1440 }
}

# Beside the stack: the function needs the stack's environment.
module "activity" {
  source = "../../../terraform/modules/activity"

  stack               = module.stack.handle
  name                = "shares"
  lambda              = { function_arn = module.function.arn, role = { name = module.function.role_name } }
  heartbeat_seconds   = 240
  timeout_seconds     = 1800
  wake_up             = "callback"
  max_concurrent_jobs = 4
  share_key           = "$.tenant"
}

module "state_machine" {
  source = "../../../terraform/modules/state-machine"

  name = "shares"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.activity.process_state, { End = true }) }
  })
  policies = { dispatch = module.activity.execution_policy_json }
}

output "state_machine" {
  value = module.state_machine.arn
}

output "task_table" {
  value = module.stack.handle.table.name
}
