# The same function behind an activity, once for each wake-up mode, and behind Step Functions' own callback.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/benchmark/terraform.tfstate"
  }
}

variable "endpoint" {
  description = "Address of the local cloud."
  type        = string
}

variable "package" {
  description = "Zip of worker.py and the library."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

variable "modes" {
  description = "The wake-up modes to measure."
  type        = list(string)
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  s3_use_path_style           = true
  endpoints {
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    events         = var.endpoint
    iam            = var.endpoint
    lambda         = var.endpoint
    s3             = var.endpoint
    sfn            = var.endpoint
    sqs            = var.endpoint
    ssm            = var.endpoint
    sts            = var.endpoint
  }
}

locals {
  name = "latency"
  native_state = {
    Type           = "Task"
    Resource       = "arn:aws:states:::lambda:invoke.waitForTaskToken"
    TimeoutSeconds = 60
    Parameters = {
      FunctionName = module.native.arn
      Payload      = { "task_token.$" = "$$.Task.Token" }
    }
    End = true
  }
  native_policy = {
    Version   = "2012-10-17"
    Statement = [{ Sid = "Invoke", Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [module.native.arn] }]
  }
}

resource "aws_s3_bucket" "code" {
  bucket        = "${local.name}-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "worker.zip"
  source = var.package
}

module "worker" {
  source = "../../../terraform/modules/function"

  name        = "${local.name}-worker"
  description = "Returns when its first line ran, behind an activity"
  handler     = "worker.behind_activity"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
}

module "native" {
  source = "../../../terraform/modules/function"

  name        = "${local.name}-native"
  description = "Returns when its first line ran, behind lambda:invoke.waitForTaskToken"
  handler     = "worker.behind_callback"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  policies = { answer = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Sid = "Answer", Effect = "Allow", Action = ["states:SendTaskSuccess"], Resource = ["*"] }]
  }) }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = local.name
  packages = { dir = var.packages_dir }
  backends = ["lambda"]
  wake_ups = [for mode in var.modes : mode if mode != "requests"]
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
}

# One function behind all modes.
module "jobs" {
  source = "../../../terraform/modules/backend-lambda"

  stack      = module.stack.handle
  name       = "worker"
  activities = var.modes
  settings   = { function_arn = module.worker.arn, role = { name = module.worker.role_name } }
}

module "activity" {
  source   = "../../../terraform/modules/activity"
  for_each = toset(var.modes)

  stack   = module.stack.handle
  name    = each.key
  backend = module.jobs.backend
  wake_up = each.key
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = toset([for mode in var.modes : mode if mode == "requests"])

  name = "${local.name}-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.activity[each.key].process_state, { End = true }) }
  })
  policies = { dispatch = module.activity[each.key].execution_policy_json }
}

# State machines that know nothing of a dispatcher: an activity, by its ARN.
module "bare_state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = toset([for mode in var.modes : mode if mode != "requests"])

  name = "${local.name}-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States = { Process = {
      Type             = "Task"
      Resource         = module.activity[each.key].arn
      HeartbeatSeconds = 180
      TimeoutSeconds   = 3600
      End              = true
    } }
  })
  listener_arn = each.key == "logs" ? module.stack.handle.listener_arn : null
}

module "native_state_machine" {
  source = "../../../terraform/modules/state-machine"

  name       = "${local.name}-native"
  definition = jsonencode({ StartAt = "Process", States = { Process = local.native_state } })
  policies   = { invoke = jsonencode(local.native_policy) }
}

output "state_machines" {
  value = merge({ native = module.native_state_machine.arn }, { for mode, machine in merge(module.state_machine, module.bare_state_machine) : mode => machine.arn })
}

output "functions" {
  value = {
    worker     = module.worker.name
    native     = module.native.name
    dispatcher = module.stack.control_plane.functions["dispatcher"].arn
  }
}

output "task_table" {
  value = module.stack.handle.table.name
}
