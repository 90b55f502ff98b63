# Jobs need a GPU, which Batch gets on Spot when there is one to be had, and gives back when no job waits.
provider "aws" {
  region = "eu-west-1"
}

module "stack" {
  source = "../../modules/stack"

  name     = "renders"
  packages = var.packages
  network  = var.network
  batch = {
    container       = { image = var.image }
    repository_arns = var.repository_arns
    size            = { cpu = 4, memory_mb = 14000, gpus = 1 }
    # Several types: a Spot GPU is more likely to be had.
    compute = { type = "EC2", spot = true, max_cpus = 32, instance_types = ["g4dn.xlarge", "g5.xlarge"] }
    # From dispatch to outcome; a Spot instance may be long in coming. The program itself has an hour.
    timeout_seconds     = 21600
    job_timeout_seconds = 3600
  }
}

# A job whose instance is taken away fails as Job.Interrupted, which the state's own Retry repeats.
module "state_machine" {
  source = "../../modules/state-machine"

  name = "renders"
  definition = jsonencode({
    StartAt = "Render"
    States  = { Render = merge(module.stack.process_states.batch, { End = true }) }
  })
  policies = { dispatch = module.stack.execution_policies_json.batch }
}
