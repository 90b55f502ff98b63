locals {
  region = "eu-west-1"
}

provider "aws" {
  region     = local.region
  access_key = "test"
  secret_key = "test"

  # The local cloud has no instance metadata and one host name for all buckets.
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

# Every account has a default VPC in every region. A network of its own would make the deploy 20 s longer.
data "aws_vpc" "default" {
  default = true
}

data "aws_subnets" "default" {
  filter {
    name   = "vpc-id"
    values = [data.aws_vpc.default.id]
  }
}

module "stack" {
  source = "../../modules/stack"

  name     = "first-light"
  packages = { dir = var.packages_dir }
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }

  # Nothing here is worth keeping, and the provider takes a minute to create a lifecycle rule.
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  logs     = { retention_days = 1 }
  watching = { saved_queries = var.saved_queries }
}

# All overrides are allowed, to try them here, and jobs end quickly.
module "word_count" {
  source = "../../examples/word-count"

  stack             = module.stack.handle
  packages          = { dir = var.packages_dir }
  allowed_overrides = ["command", "environment.APP_*", "cpu", "memory_mb", "timeout_seconds"]
  # Both run the same container.
  fargate = {
    container           = { image = var.worker_image, stop_timeout_seconds = 15 }
    job_timeout_seconds = var.job_timeout_seconds
  }
  batch = {
    container           = { image = var.worker_image, environment = { TASK_GRACE_SECONDS = "5" } }
    job_timeout_seconds = var.job_timeout_seconds
  }
}

# Only for `make demo-training` and its tests: it needs PyTorch and takes longer to deploy. This machine plays a GPU on Spot.
module "training" {
  source = "../../examples/training"
  count  = var.training ? 1 : 0

  stack     = module.stack.handle
  packages  = { dir = var.packages_dir }
  container = { image = var.training_image, environment = { TASK_GRACE_SECONDS = "5" } }
  batch     = { job_timeout_seconds = 600 }
  sagemaker = { instances = { type = "ml.g5.xlarge", spot = true }, job_timeout_seconds = 600 }
  limits    = { max_concurrency = 2 }
}
