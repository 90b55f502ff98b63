# What an environment needs before its first deploy: a bucket for the state and registries for the images.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = merge({ Environment = var.environment, ManagedBy = "terraform" }, var.tags)
  }
}

data "aws_partition" "current" {}

locals {
  bucket     = "${var.name}-state-${var.account_id}-${var.region}"
  bucket_arn = "arn:${data.aws_partition.current.partition}:s3:::${local.bucket}"
}

# The bucket holds its own state, so it exists before the state does.
import {
  to = aws_s3_bucket.state
  id = local.bucket
}

resource "aws_s3_bucket" "state" {
  #checkov:skip=CKV_AWS_18: access logs need another bucket in the account, and CloudTrail's data events show more
  #checkov:skip=CKV_AWS_144: if the region is lost, so is the stack that the state describes
  #checkov:skip=CKV_AWS_145: S3's own key; a customer managed key would have to exist first, and losing it would lose the state
  #checkov:skip=CKV2_AWS_61: a state is small, and an earlier version may be needed years later
  #checkov:skip=CKV2_AWS_62: nothing waits for new objects
  bucket = local.bucket

  # Without it every resource would have to be imported by hand.
  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "state" {
  bucket = aws_s3_bucket.state.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [local.bucket_arn, "${local.bucket_arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })

  # S3 rejects concurrent changes to a bucket's access.
  depends_on = [aws_s3_bucket_public_access_block.state]
}

module "registry" {
  source = "../modules/registry"

  name          = var.name
  repositories  = ["worker", "training"]
  force_destroy = !var.protected
}
