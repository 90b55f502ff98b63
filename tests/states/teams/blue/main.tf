# Team blue: a function, and nothing of team red's.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../../build/teams/blue.tfstate"
  }
}

variable "endpoint" {
  type = string
}

provider "aws" {
  region                  = "eu-west-1"
  access_key              = "test"
  secret_key              = "test"
  skip_metadata_api_check = true
  s3_use_path_style       = true
  assume_role {
    role_arn = "arn:aws:iam::000000000000:role/plane-teams/plane-team-blue"
  }
  endpoints {
    batch          = var.endpoint
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    ec2            = var.endpoint
    ecs            = var.endpoint
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

variable "package" {
  description = "Hash of the function's zip, which is blue/fold.zip in the platform's bucket."
  type        = string
}

locals {
  iam = { path = "/plane-teams/blue/", permissions_boundary_arn = module.plane.handle.iam.permissions_boundary_arn }
}

module "plane" {
  source = "../../../../terraform/modules/lookup"
  name   = "plane"
}

module "function" {
  source = "../../../../terraform/modules/function"

  name        = "plane-blue-fold"
  description = "Folds"
  handler     = "fold.handle"
  package     = { bucket = "plane-code", key = "blue/fold.zip", hash = var.package }
  environment = module.plane.handle.worker_environment
  limits      = { timeout_seconds = 20 }
  iam         = local.iam
}

module "fold" {
  source = "../../../../terraform/modules/activity"

  stack             = module.plane.handle
  name              = "blue-fold"
  lambda            = { function_arn = module.function.arn, role = { name = module.function.role_name } }
  heartbeat_seconds = 60
  timeout_seconds   = 120
}

module "state_machine" {
  source = "../../../../terraform/modules/state-machine"

  name = "plane-blue-fold"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.fold.process_state, { End = true }) }
  })
  policies = { dispatch = module.fold.execution_policy_json }
  iam      = local.iam
}

output "state_machine" {
  value = module.state_machine.arn
}

output "machine_role_arn" {
  value = "arn:aws:iam::000000000000:role${local.iam.path}${module.state_machine.role_name}"
}
