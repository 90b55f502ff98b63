# One call, with this environment's values. Account-specific values are in terraform.tfvars.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = merge({ Environment = "prod", ManagedBy = "terraform" }, var.tags)
  }
}

data "aws_partition" "current" {}

locals {
  # Created by `make bootstrap`.
  repository_arns = { for image in ["worker", "training"] :
    image => ["arn:${data.aws_partition.current.partition}:ecr:${var.region}:${var.account_id}:repository/${var.name}/${image}"]
  }
}

module "stack" {
  source = "../../modules/stack"

  name     = var.name
  packages = { dir = var.packages_dir }
  backends = concat(["lambda"], sort(var.backends))
  network  = var.network
  data     = { payload_retention_days = 30, force_destroy = !var.protected, deletion_protection = var.protected }
  logs     = { retention_days = 90 }
  watching = { alarm_actions = var.alarm_actions }
}

module "word_count" {
  source = "../../examples/word-count"

  stack               = module.stack.handle
  packages            = { dir = var.packages_dir }
  allowed_overrides   = ["cpu", "memory_mb", "timeout_seconds"]
  max_concurrent_jobs = 100
  fargate = !contains(var.backends, "ecs") ? null : {
    container       = { image = var.images.worker }
    size            = { architecture = var.architecture }
    repository_arns = local.repository_arns.worker
  }
  batch = !contains(var.backends, "batch") ? null : {
    container       = { image = var.images.worker }
    size            = { architecture = var.architecture }
    repository_arns = local.repository_arns.worker
    compute         = { max_cpus = 256 }
  }
}

module "training" {
  source = "../../examples/training"
  count  = contains(var.backends, "sagemaker") ? 1 : 0

  stack           = module.stack.handle
  packages        = { dir = var.packages_dir }
  container       = { image = var.images.training }
  repository_arns = local.repository_arns.training
  sagemaker       = { instances = { type = "ml.g4dn.xlarge", spot = true } }
  limits          = { max_concurrency = 8 }
}
