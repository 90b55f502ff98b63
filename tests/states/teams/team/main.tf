# A role for a team's deployments: what it needs for activities, and its own functions and state machines, which are named after it.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "name" {
  description = "Name of the team. No team's name may begin with another's and a `-`."
  type        = string
}

variable "stack" {
  description = "The stack's handle."
  type        = any
}

locals {
  prefix   = "${var.stack.prefix}${var.name}-"
  own_path = "/${var.stack.name}-teams/${var.name}/"
  # Roles of the team's functions and state machines; those of its jobs are in the stack's path.
  own_roles = "arn:${var.stack.partition}:iam::${var.stack.account}:role${local.own_path}*"
  arn       = { for service in ["lambda", "logs", "states"] : service => "arn:${var.stack.partition}:${service}:${var.stack.region}:${var.stack.account}" }
  functions = "${local.arn.lambda}:function:${local.prefix}*"
  groups    = [for folder in ["/aws/lambda/", "/aws/vendedlogs/states/"] : "${local.arn.logs}:log-group:${folder}${local.prefix}*"]
}

module "permissions" {
  source = "../../../../terraform/examples/two-teams/team-permissions"

  stack              = var.stack
  team               = var.name
  function_arns      = [local.functions]
  function_role_arns = [local.own_roles]
}

resource "aws_iam_role" "this" {
  name = "${var.stack.prefix}team-${var.name}"
  path = "/${var.stack.name}-teams/"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeInThisAccount"
      Effect    = "Allow"
      Principal = { AWS = "arn:${var.stack.partition}:iam::${var.stack.account}:root" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = { activities = module.permissions.policy_json, own = jsonencode({ Version = "2012-10-17", Statement = local.own }) }

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}
