locals {
  backend = {
    name   = "lambda"
    config = jsonencode({ function_arn = var.function_arn })
    policy_json = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "InvokeFunction"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [var.function_arn]
      }]
    })
    # The function reports its own end, and Lambda a failed invocation to failure_destination_arn: no event, no log to read.
    report_policy_json = null
    event_pattern      = null
  }
}
