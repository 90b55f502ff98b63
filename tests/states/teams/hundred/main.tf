# Many activities from one state, for figures.py: containers that share a backend, and one of each other kind.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../../build/teams/hundred.tfstate"
  }
}

variable "stack" {
  description = "Name of the control plane."
  type        = string
}

variable "activities" {
  description = "How many activities share a backend."
  type        = number
  default     = 100
}

locals {
  names = [for number in range(var.activities) : format("pool-%03d", number)]
}

module "plane" {
  source = "../../../../terraform/modules/lookup"
  name   = var.stack
}

module "pool" {
  source = "../../../../terraform/modules/backend-ecs"

  stack      = module.plane.handle
  name       = "pool"
  activities = local.names
  settings   = { container = { image = "busybox:1" } }
}

module "activity" {
  source   = "../../../../terraform/modules/activity"
  for_each = toset(local.names)

  stack   = module.plane.handle
  name    = each.key
  backend = module.pool.backend
}
