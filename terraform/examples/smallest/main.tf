provider "aws" { region = "eu-west-1" }

module "stack" {
  source     = "../../modules/stack"
  name       = "letters"
  packages   = var.packages
  backends   = ["lambda"]
  activities = { letter = { lambda = { function_arn = var.function_arn, role = { name = var.role_name } } } }
}

module "state_machine" {
  source     = "../../modules/state-machine"
  name       = "letters"
  definition = jsonencode({ StartAt = "Letter", States = { Letter = merge(module.stack.process_states.letter, { End = true }) } })
  policies   = { dispatch = module.stack.execution_policies_json.letter }
}
