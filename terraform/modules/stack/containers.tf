# Where containers run, and what all of them get.
locals {
  container_backends = [for key, backend in { fargate = var.fargate, batch = var.batch } : key if backend != null]
  has_containers     = length(local.container_backends) + length(local.training_on_batch) > 0
  network = merge(
    local.has_containers ? module.network[0].network : null,
    { security_groups = var.network == null ? [] : var.network.security_groups },
  )

  worker = {
    environment = module.dispatcher.job_environment
    policy_json = module.dispatcher.job_policy_json
  }
  # The example's job uses the data bucket on every backend.
  example_job_policies = var.example == null ? {} : { data = jsonencode(local.process_policy) }
}

module "network" {
  source = "../network"
  count  = local.has_containers ? 1 : 0

  name     = var.name
  existing = var.network
  tags     = var.tags
}
