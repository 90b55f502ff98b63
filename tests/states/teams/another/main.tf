# One more activity from a state of its own, for figures.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../../build/teams/another.tfstate"
  }
}

variable "stack" {
  description = "Name of the control plane."
  type        = string
}

variable "backend" {
  description = "Where its jobs run: lambda, ecs or batch."
  type        = string
}

module "plane" {
  source = "../../../../terraform/modules/lookup"
  name   = var.stack
}

module "activity" {
  source = "../../../../terraform/modules/activity"

  stack  = module.plane.handle
  name   = "another-${var.backend}"
  lambda = var.backend == "lambda" ? { function_arn = "arn:aws:lambda:eu-west-1:000000000000:function:letter", role = { name = "letter" } } : null
  ecs    = var.backend == "ecs" ? { container = { image = "busybox:1" } } : null
  batch  = var.backend == "batch" ? { container = { image = "busybox:1" } } : null
}
