# A user's configuration, as in README.md: a function behind an activity, and a state machine that uses it.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "packages_dir" {
  description = "Folder of the built zips."
  type        = string
}

resource "aws_iam_role" "invoices" {
  name               = "invoices"
  assume_role_policy = jsonencode({ Version = "2012-10-17", Statement = [] })
}

resource "aws_lambda_function" "invoices" {
  function_name = "invoices"
  role          = aws_iam_role.invoices.arn
  runtime       = "python3.13"
  handler       = "invoices.handle"
  s3_bucket     = "code"
  s3_key        = "invoices.zip"

  environment {
    variables = module.stack.worker_environment
  }
}

module "stack" {
  source = "../.."

  name         = "orders"
  packages_dir = var.packages_dir
  lambda_activities = {
    invoices = {
      function_arn = aws_lambda_function.invoices.arn
      role_name    = aws_iam_role.invoices.name
    }
  }
}

module "state_machine" {
  source = "../../../state-machine"

  name = "invoices"
  definition = jsonencode({
    StartAt = "Invoices"
    States  = { Invoices = merge(module.stack.process_states.invoices, { End = true }) }
  })
  policies = { dispatch = module.stack.execution_policies_json.invoices }
}

output "environment" {
  description = "Environment variables of the function."
  value       = aws_lambda_function.invoices.environment[0].variables
}
