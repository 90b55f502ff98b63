# What a company's Terraform has beside the stack, in the same state: until the first apply its IDs and ARNs are unknown.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "packages" {
  description = "As in module control-plane."
  type        = any
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  count = 2

  vpc_id     = aws_vpc.this.id
  cidr_block = cidrsubnet("10.0.0.0/16", 4, count.index)
}

resource "aws_security_group" "this" {
  name   = "functions"
  vpc_id = aws_vpc.this.id
}

resource "aws_ecs_cluster" "this" {
  name = "shared"
}

resource "aws_s3_bucket" "this" {
  bucket = "our-data"
}

resource "aws_iam_role" "key" {
  name               = "key"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

module "control_plane" {
  source = "../.."

  name      = "first"
  packages  = var.packages
  wake_ups  = ["poll", "logs"]
  network   = { vpc_id = aws_vpc.this.id, subnets = aws_subnet.this[*].id }
  existing  = { cluster = aws_ecs_cluster.this.name, data_bucket = aws_s3_bucket.this.bucket }
  functions = { vpc = { subnets = aws_subnet.this[*].id, security_groups = [aws_security_group.this.id] } }
  # Stand for a key, a topic and a policy: any unknown text does.
  data     = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/${aws_iam_role.key.unique_id}", queue_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/${aws_vpc.this.id}" }
  watching = { alarm_actions = ["arn:aws:sns:eu-west-1:123456789012:${aws_vpc.this.id}"] }
  iam      = { permissions_boundary_arn = "arn:aws:iam::123456789012:policy/${aws_vpc.this.id}" }
}

output "handle" {
  description = "The stack's."
  value       = module.control_plane.handle
}
