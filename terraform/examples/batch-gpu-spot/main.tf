# Jobs need a GPU: Batch gets one on Spot when capacity is available and releases it when no job is waiting.
provider "aws" {
  region = "eu-west-1"
}

module "stack" {
  source = "../../modules/stack"

  name     = "renders"
  packages = var.packages
  network  = var.network
  backends = ["batch"]
  activities = { render = {
    batch = {
      container       = { image = var.image }
      repository_arns = var.repository_arns
      size            = { cpu = 4, memory_mb = 14000, gpus = 1 }
      # Several types make it more likely to get a Spot GPU.
      compute             = { type = "EC2", spot = true, max_cpus = 32, instance_types = ["g4dn.xlarge", "g5.xlarge"] }
      job_timeout_seconds = 3600
    }
    # From dispatch to outcome: a Spot instance may take long to arrive. The program itself has an hour.
    timeout_seconds = 21600
  } }
}

# A job that loses its instance fails with Job.Interrupted, which the state's own Retry retries.
module "state_machine" {
  source = "../../modules/state-machine"

  name = "renders"
  definition = jsonencode({
    StartAt = "Render"
    States  = { Render = merge(module.stack.process_states.render, { End = true }) }
  })
  policies = { dispatch = module.stack.execution_policies_json.render }
}
