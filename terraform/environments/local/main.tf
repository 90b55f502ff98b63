locals {
  region = "eu-west-1"
}

provider "aws" {
  region     = local.region
  access_key = "test"
  secret_key = "test"

  # The local cloud has no instance metadata, and one host name for all buckets.
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  s3_use_path_style           = true

  endpoints {
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    events         = var.endpoint
    iam            = var.endpoint
    lambda         = var.endpoint
    s3             = var.endpoint
    sfn            = var.endpoint
    sqs            = var.endpoint
    sts            = var.endpoint
  }
}

module "stack" {
  source = "../../modules/stack"

  name         = "first-light"
  packages_dir = var.packages_dir
  example      = {}

  # Nothing here is worth keeping, and the provider takes a minute to see a lifecycle rule.
  payload_retention_days = null
  force_destroy          = true
  deletion_protection    = false
  log_retention_days     = 1
}
