# A second state of a team, which names an activity that its first one has.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../../build/teams/second.tfstate"
  }
}

variable "team" {
  description = "Whose state it is: red or blue."
  type        = string
}

locals {
  team = var.team
}

module "plane" {
  source = "../../../../terraform/modules/lookup"
  name   = "plane"
}

module "again" {
  source = "../../../../terraform/modules/activity"

  stack  = module.plane.handle
  name   = { red = "red-print", blue = "blue-fold" }[var.team]
  batch  = var.team == "red" ? { container = { image = "red-other:1" } } : null
  lambda = var.team == "blue" ? { function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:plane-blue-fold", role = { name = "plane-blue-fold" } } : null
}
