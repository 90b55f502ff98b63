# The stack's functions run in private subnets without a way to the internet, and reach AWS through VPC endpoints.
provider "aws" {
  region = var.region
}

module "stack" {
  source = "../../modules/stack"

  name      = "vault"
  packages  = var.packages
  backends  = var.backends
  functions = { vpc = { subnets = var.network.subnets, security_groups = [aws_security_group.functions.id] } }

  activities = {
    letter = { lambda = { function_arn = var.function_arn, role = { name = var.role_name } } }
  }
}

module "state_machine" {
  source = "../../modules/state-machine"

  name = "vault-letters"
  definition = jsonencode({
    StartAt = "Letter"
    States  = { Letter = merge(module.stack.process_states.letter, { End = true }) }
  })
  policies = { dispatch = module.stack.execution_policies_json.letter }
}
