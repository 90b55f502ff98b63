# One call, with this environment's values. Account-specific values are in terraform.tfvars.
provider "aws" {
  region              = var.region
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = merge({ Environment = "prod", ManagedBy = "terraform" }, var.tags)
  }
}

# Also holds what the images must be: a validation that names other variables is not for OpenTofu.
data "aws_partition" "current" {
  lifecycle {
    precondition {
      condition     = length(setsubtract([for backend in var.backends : backend == "sagemaker" ? "training" : "worker"], keys(var.images))) == 0
      error_message = "images must contain the image of every backend: run \"make push\". Given: ${join(", ", keys(var.images))}."
    }
    # A container does not start on another processor. SageMaker trains on x86 only. "none" is what a destroy gives.
    precondition {
      condition     = alltrue([for name, image in var.images : image == "none" || endswith(image, name == "worker" && var.architecture == "ARM64" ? "-arm64" : "-amd64")])
      error_message = "images must be for the processor that runs them, which a tag ends with (worker: ${var.architecture}, training: X86_64): run \"make push\". Given: ${join(", ", values(var.images))}."
    }
  }
}

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
  # Only for containers of the stack.
  network  = length(setintersection(var.backends, ["ecs", "batch"])) > 0 ? var.network : null
  iam      = { permissions_boundary_arn = var.permissions_boundary_arn }
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
    container       = { image = lookup(var.images, "worker", "none") }
    size            = { architecture = var.architecture }
    repository_arns = local.repository_arns.worker
  }
  batch = !contains(var.backends, "batch") ? null : {
    container       = { image = lookup(var.images, "worker", "none") }
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
  container       = { image = lookup(var.images, "training", "none") }
  repository_arns = local.repository_arns.training
  sagemaker       = { instances = { type = "ml.g4dn.xlarge", spot = true } }
  limits          = { max_concurrency = 8 }
}
