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

variable "endpoint" {
  type = string
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  s3_use_path_style           = true
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
