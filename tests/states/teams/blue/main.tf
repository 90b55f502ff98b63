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

variable "package" {
  description = "Hash of the function's zip, which is blue/fold.zip in the platform's bucket."
  type        = string
}

locals {
  team = "blue"
  iam  = { path = "/plane-teams/blue/", permissions_boundary_arn = module.plane.handle.iam.permissions_boundary_arn }
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
