# The control plane that two teams share, and what each of them may do: the platform team's state.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../../build/teams/plane.tfstate"
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

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../../build/zip"
}

locals {
  name    = "plane"
  account = "arn:aws:iam::000000000000"
  teams   = toset(["red", "blue"])
  # Made of names: the control plane and its boundaries name each other.
  policy_arn = "${local.account}:policy/${local.name}"
}

data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

module "control_plane" {
  source = "../../../../terraform/modules/control-plane"

  name     = local.name
  packages = { dir = var.packages_dir }
  backends = ["lambda", "ecs", "batch"]
  iam      = { permissions_boundary_arn = "${local.policy_arn}-boundary", job_permissions_boundary_arn = "${local.policy_arn}-job-boundary" }
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  # A poll for missed tasks would take tasks that a test leaves where they are.
  dispatch   = { missed_task_poll_minutes = 1440 }
  watching   = { dashboard = false }
  depends_on = [aws_iam_policy.boundary]
}

module "team" {
  source   = "../team"
  for_each = local.teams

  name  = each.key
  stack = module.control_plane.handle
}

# Where the teams' functions come from.
resource "aws_s3_bucket" "code" {
  bucket        = "plane-code"
  force_destroy = true
}

output "handle" {
  value = module.control_plane.handle
}

output "functions" {
  value = module.control_plane.functions
}

output "code_bucket" {
  value = aws_s3_bucket.code.id
}
