# Where the jobs run is needed until they have ended: roles, logs, queue, function. Destroying this waits for that, so it comes
# between the description, without which no new task is started, and the rest.
locals {
  config = jsondecode(local.backend.config)
  # Another one: what was there before is destroyed, once its jobs have ended.
  place = merge({ id = local.id, kind = local.backend.kind, name = local.backend.name }, {
    for kind, setting in { lambda = "function_arn", batch = "job_queue" } : setting => try(tostring(local.config[setting]), "") if kind == local.backend.kind
  })
}

resource "aws_lambda_invocation" "drain" {
  function_name   = var.stack.reconciler_arn
  lifecycle_scope = "CRUD"
  # Only a destroy does anything: it fails if jobs still run after almost five minutes, and is to be repeated then.
  input    = jsonencode({ drain = { activities = [local.id], backend = local.backend.kind } })
  triggers = local.place

  lifecycle {
    # A change of the place: first the new one, then the description, then this one's end and the old place's.
    create_before_destroy = true
  }
  depends_on = [aws_sfn_activity.this, module.lambda, module.ecs, module.batch, module.sagemaker]
}
