# A user's configuration that creates keys, networks and roles with the stack: what it hands over is unknown at plan time.
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
  description = "The zips of a release."
  type        = any
}

resource "aws_kms_key" "this" {}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.0.0/24"
}

resource "aws_security_group" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_efs_file_system" "this" {}

resource "aws_secretsmanager_secret" "this" {}

resource "aws_sns_topic" "this" {}

resource "aws_ecr_repository" "this" {
  name = "films"
}

resource "aws_iam_role" "thumbs" {
  name_prefix        = "thumbs"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "thumbs" {
  function_name = "thumbs"
  role          = aws_iam_role.thumbs.arn
  runtime       = "python3.13"
  handler       = "thumbs.handle"
  s3_bucket     = "code"
  s3_key        = "thumbs.zip"
}

module "stack" {
  source = "../.."

  name     = "films"
  packages = var.packages
  network  = {}
  data     = { kms_key_arn = aws_kms_key.this.arn, queue_kms_key_arn = aws_kms_key.this.arn }
  watching = { alarm_actions = [aws_sns_topic.this.arn] }

  activities = {
    thumbs = { lambda = { function_arn = aws_lambda_function.thumbs.arn, role = aws_iam_role.thumbs } }
    cut = { ecs = {
      container       = { image = "${aws_ecr_repository.this.repository_url}:1", secrets = { LICENCE = aws_secretsmanager_secret.this.arn }, environment = { TOPIC = aws_sns_topic.this.arn } }
      repository_arns = [aws_ecr_repository.this.arn]
      efs_volumes     = { data = { file_system_id = aws_efs_file_system.this.id, container_path = "/data" } }
      policies        = { tell = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = ["sns:Publish"], Resource = [aws_sns_topic.this.arn] }] }) }
      network         = { subnets = [aws_subnet.this.id], security_groups = [aws_security_group.this.id] }
    } }
    index = { batch = {
      container       = { image = "${aws_ecr_repository.this.repository_url}:1", secrets = { LICENCE = aws_secretsmanager_secret.this.arn } }
      repository_arns = [aws_ecr_repository.this.arn]
      efs_volumes     = { data = { file_system_id = aws_efs_file_system.this.id, container_path = "/data" } }
      compute         = { type = "EC2" }
      network         = { vpc_id = aws_vpc.this.id, subnets = [aws_subnet.this.id] }
    } }
    fit = { sagemaker = {
      container       = { image = "${aws_ecr_repository.this.repository_url}:1" }
      repository_arns = [aws_ecr_repository.this.arn]
      network         = { subnets = [aws_subnet.this.id], security_groups = [aws_security_group.this.id] }
    } }
  }
}

output "activities" {
  description = "Names of the activities."
  value       = keys(module.stack.activities)
}
