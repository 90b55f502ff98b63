locals {
  backend = {
    name      = "lambda"
    job_names = null
    config    = jsonencode({ function_arn = var.function_arn })
    policy_json = jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "InvokeFunction"
        Effect   = "Allow"
        Action   = ["lambda:InvokeFunction"]
        Resource = [var.function_arn]
      }]
    })
    # No event and no log to read: the function reports its own outcome, and Lambda a failed invocation (async-invocation).
    report_policy_json = null
    event_pattern      = null
  }
}
