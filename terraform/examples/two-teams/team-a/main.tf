# Team A's state: two activities on ECS with different images and one on Batch, in a stack that another state has.
provider "aws" {
  region = "eu-west-1"
}

module "studio" {
  source = "../../../modules/lookup"
  name   = "studio"
}

module "transcode" {
  source              = "../../../modules/activity"
  stack               = module.studio.handle
  name                = "films-transcode"
  ecs                 = { container = { image = var.images.transcode }, repository_arns = var.repository_arns, size = { cpu = 4, memory_mb = 8192 } }
  max_concurrent_jobs = 10
}

module "caption" {
  source = "../../../modules/activity"
  stack  = module.studio.handle
  name   = "films-caption"
  ecs    = { container = { image = var.images.caption }, repository_arns = var.repository_arns }
}

module "index" {
  source = "../../../modules/activity"
  stack  = module.studio.handle
  name   = "films-index"
  batch  = { container = { image = var.images.index }, repository_arns = var.repository_arns }
}

# Its name begins with the stack's: aborting an execution stops its jobs at once.
module "state_machine" {
  source = "../../../modules/state-machine"

  name = "studio-films"
  definition = jsonencode({
    StartAt = "Transcode"
    States = {
      Transcode = merge(module.transcode.process_state, { Next = "Caption" })
      Caption   = merge(module.caption.process_state, { Next = "Index" })
      Index     = merge(module.index.process_state, { End = true })
    }
  })
  policies = { dispatch = module.transcode.execution_policy_json }
  iam      = { permissions_boundary_arn = module.studio.handle.iam.permissions_boundary_arn }
}
