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

variable "packages" {
  description = "The zips of a release."
  type        = any
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

  name     = "orders"
  packages = var.packages
  backends = ["lambda"]
  activities = {
    # The role as a whole: whether there is one is known before it exists.
    invoices = { lambda = { function_arn = aws_lambda_function.invoices.arn, role = aws_iam_role.invoices } }
  }
}

module "state_machine" {
  source = "../../../state-machine"

  name = "orders-invoices"
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
