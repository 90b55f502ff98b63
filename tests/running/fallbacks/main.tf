# An activity with a chain of backends, Spot, on demand, Batch: for test_fallbacks.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/fallbacks/terraform.tfstate"
  }
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

locals {
  name = "film-cheap-spot"
  # Each program writes down where it runs.
  containers = { for place in ["spot", "on_demand", "batch"] : place => {
    image       = "busybox:fallbacks"
    command     = ["true"]
    environment = { PLACE = place }
  } }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "fallbacks"
  packages = { dir = var.packages_dir }
  backends = ["ecs", "batch"]
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch = { missed_task_poll_minutes = 1440 }
}

module "on_demand" {
  source = "../../../terraform/modules/backend-ecs"

  stack           = module.stack.handle
  name            = "film-cheap"
  activities      = [local.name]
  timeout_seconds = 300
  settings        = { container = local.containers.on_demand }
}

module "batch" {
  source = "../../../terraform/modules/backend-batch"

  stack           = module.stack.handle
  name            = "film"
  activities      = [local.name]
  timeout_seconds = 300
  settings        = { container = local.containers.batch }
}

module "activity" {
  source = "../../../terraform/modules/activity"

  stack             = module.stack.handle
  name              = local.name
  ecs               = { container = local.containers.spot, capacity = [{ provider = "FARGATE_SPOT" }] }
  timeout_seconds   = 300
  heartbeat_seconds = 120
  allowed_overrides = ["command"]
  fallbacks = [
    { backend = module.on_demand.backend, after_interruption = true },
    { backend = module.batch.backend },
  ]
}

module "state_machine" {
  source = "../../../terraform/modules/state-machine"

  name = "fallbacks"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.activity.process_state, { End = true }) }
  })
  policies = { dispatch = module.activity.execution_policy_json }
}

output "state_machine" {
  value = module.state_machine.arn
}

output "cluster" {
  value = module.stack.handle.cluster_arn
}
