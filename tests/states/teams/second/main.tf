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

variable "endpoint" {
  type = string
}

variable "team" {
  description = "Whose state it is: red or blue."
  type        = string
}

provider "aws" {
  region                  = "eu-west-1"
  access_key              = "test"
  secret_key              = "test"
  skip_metadata_api_check = true
  s3_use_path_style       = true
  assume_role {
    role_arn = "arn:aws:iam::000000000000:role/plane-teams/plane-team-${var.team}"
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
