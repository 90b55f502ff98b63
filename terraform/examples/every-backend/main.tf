# One stack, four activities: a task is an invocation, an ECS task, a Batch job or a training job.
provider "aws" {
  region = "eu-west-1"
}

module "stack" {
  source = "../../modules/stack"

  name     = "studio"
  packages = var.packages
  network  = var.network

  activities = {
    sketch    = { lambda = { function_arn = var.function_arn, role = { name = var.role_name } } }
    transcode = { ecs = { container = { image = var.image }, repository_arns = var.repository_arns } }
    index     = { batch = { container = { image = var.image }, repository_arns = var.repository_arns } }
    fit = { sagemaker = {
      container       = { image = var.training_image }
      repository_arns = var.repository_arns
      instances       = { type = "ml.m5.large" }
    } }
  }
}

# One state machine for each. A single machine with a state for each would work too.
module "state_machine" {
  source   = "../../modules/state-machine"
  for_each = toset(["sketch", "transcode", "index", "fit"])

  name = "studio-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.stack.process_states[each.key], { End = true }) }
  })
  policies = { dispatch = module.stack.execution_policies_json[each.key] }
}
