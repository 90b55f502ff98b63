# An existing state machine with its own role: one of its states now pushes its work as a task.
provider "aws" {
  region = "eu-west-1"
}

locals {
  orders = jsondecode(file("${path.module}/orders.asl.json"))
  # The state keeps its name and its next state. Its output joins the order, as the original state's did.
  invoice = merge(module.stack.process_states.invoice, {
    Next           = local.orders.States.Invoice.Next
    ResultSelector = { "invoice.$" = "$[0]" }
    ResultPath     = "$.result"
    OutputPath     = "$"
  })
  definition = merge(local.orders, { States = merge(local.orders.States, { Invoice = local.invoice }) })
}

module "stack" {
  source = "../../modules/stack"

  name     = "orders"
  packages = var.packages
  backends = ["lambda"]
  activities = {
    invoice = { lambda = { function_arn = var.function_arn, role = { name = var.role_name } } }
  }
}

resource "aws_sfn_state_machine" "orders" {
  #checkov:skip=CKV_AWS_284: stands for your own state machine, which traces as you choose
  #checkov:skip=CKV_AWS_285: stands for your own state machine, which logs as you choose
  name       = "orders"
  role_arn   = aws_iam_role.orders.arn
  definition = jsonencode(local.definition)

  # So that the first execution has the permission.
  depends_on = [aws_iam_role_policy.dispatch]
}

resource "aws_iam_role" "orders" {
  name = "orders-executions"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "states.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

# Everything that the state machine's role needs for the state.
resource "aws_iam_role_policy" "dispatch" {
  name   = "dispatch"
  role   = aws_iam_role.orders.name
  policy = module.stack.execution_policies_json.invoice
}
