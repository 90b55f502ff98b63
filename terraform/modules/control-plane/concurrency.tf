# What the control plane needs of Lambda even when the jobs use up everything: its own share of the account's
# concurrency, and permission to be in a loop.
locals {
  reserved = var.dispatch.reserved_concurrency
  reserved_concurrency = {
    for name, count in {
      dispatcher = var.dispatch.max_dispatchers
      reporter   = local.reserved.reporter
      reconciler = local.reserved.reconciler
    } : name => local.reserved.enabled ? count : null
  }

  # Lambda stops a chain of requests that reaches a function about 16 times. It follows chains through Lambda, SQS, SNS
  # and S3, and these two are in ours. The dispatcher: the end of each job sends the request for the next one
  # (dispatcher, function, queue, dispatcher), and a request may be sent again (looks for missed tasks, activities that
  # workers poll too, waiting requests). The reporter: a failed invocation is reported to it, it frees a slot and sends a
  # request. Each of these loops ends with its tasks.
  # Not the reconciler, the poller and the listener: a schedule and a log invoke them, which begin new chains, and no
  # chain leads to them. A loop through them would be a mistake, and is stopped.
  loops = { dispatcher = module.dispatcher.name, reporter = module.reporter.name }
}

# https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
resource "aws_lambda_function_recursion_config" "this" {
  for_each = local.loops

  function_name  = each.value
  recursive_loop = "Allow"
}
