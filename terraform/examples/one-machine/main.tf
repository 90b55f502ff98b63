# One state machine with three activities, one of them twice: in a Map, in the branches of a Parallel, and alone. And the same in
# JSONata.
provider "aws" {
  region = "eu-west-1"
}

module "stack" {
  source = "../../modules/stack"

  name     = "films"
  packages = var.packages
  backends = ["lambda", "ecs"]
  network  = var.network
  activities = {
    cut     = { ecs = { container = { image = var.image }, repository_arns = var.repository_arns } }
    caption = { lambda = { function_arn = var.functions.caption.arn, role = { name = var.functions.caption.role_name } } }
    score   = { lambda = { function_arn = var.functions.score.arn, role = { name = var.functions.score.role_name } } }
  }
}

locals {
  # Each use of an activity in a machine, in both languages. The second use of cut takes another prefix for its inner states: no two
  # states of a machine may have the same name.
  uses = {
    cut      = { activity = "cut", prefix = null }
    caption  = { activity = "caption", prefix = null }
    score    = { activity = "score", prefix = null }
    assemble = { activity = "cut", prefix = "assemble-" }
  }
  rendered = merge([for language in ["JSONPath", "JSONata"] : { for name, use in local.uses : "${language} ${name}" => merge(use, { language = language }) }]...)
  states   = { for language in ["JSONPath", "JSONata"] : language => { for name in keys(local.uses) : name => module.state["${language} ${name}"].state } }
}

module "state" {
  source   = "../../modules/process-state"
  for_each = local.rendered

  activity       = module.stack.activities[each.value.activity].activity
  prefix         = each.value.prefix
  query_language = each.value.language
}

module "state_machine" {
  source   = "../../modules/state-machine"
  for_each = { in-jsonpath = jsonencode(local.in_jsonpath), in-jsonata = jsonencode(local.in_jsonata) }

  name       = "films-${each.key}"
  definition = each.value
  # One queue, one permission for all of them.
  policies = { dispatch = module.stack.execution_policies_json.cut }
}
