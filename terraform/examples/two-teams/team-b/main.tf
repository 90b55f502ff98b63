# Team B's state: a function behind an activity, in the same stack.
provider "aws" {
  region = "eu-west-1"
}

module "studio" {
  source = "../../../modules/lookup"
  name   = "studio"
}

module "headline" {
  source = "../../../modules/activity"
  stack  = module.studio.handle
  name   = "news-headline"
  lambda = { function_arn = var.function_arn, role = { name = var.role_name } }
}

module "state_machine" {
  source = "../../../modules/state-machine"

  name       = "studio-news"
  definition = jsonencode({ StartAt = "Headline", States = { Headline = merge(module.headline.process_state, { End = true }) } })
  policies   = { dispatch = module.headline.execution_policy_json }
  iam        = { permissions_boundary_arn = module.studio.handle.iam.permissions_boundary_arn }
}
