# An activity with a chain of backends: Spot, on demand, Batch.
locals {
  chain = "film-cheap-spot"
  # Each program writes down where it runs.
  containers = { for place in ["spot", "on_demand", "batch"] : place => {
    image       = "busybox:running"
    command     = ["true"]
    environment = { PLACE = place }
  } }
}

module "on_demand" {
  source = "../../../terraform/modules/backend-ecs"

  stack           = module.stack.handle
  name            = "film-cheap"
  activities      = [local.chain]
  timeout_seconds = 300
  settings        = { container = local.containers.on_demand }
}

module "batch" {
  source = "../../../terraform/modules/backend-batch"

  stack           = module.stack.handle
  name            = "film"
  activities      = [local.chain]
  timeout_seconds = 300
  settings        = { container = local.containers.batch }
}

module "chain" {
  source = "../../../terraform/modules/activity"

  stack             = module.stack.handle
  name              = local.chain
  ecs               = { container = local.containers.spot, capacity = [{ provider = "FARGATE_SPOT" }] }
  timeout_seconds   = 300
  heartbeat_seconds = 120
  allowed_overrides = ["command"]
  fallbacks = [
    { backend = module.on_demand.backend, after_interruption = true },
    { backend = module.batch.backend },
  ]
}
