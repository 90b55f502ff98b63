# An activity, or a callback target, that the stack serves, from whichever Terraform state. Made in this order, and removed in the
# reverse one: claim, activity, backend, drain, description.
locals {
  name        = "${var.stack.prefix}${var.name}"
  is_callback = var.wake_up == "callback"
  # Made of names: known at plan time.
  arn = local.is_callback ? null : "arn:${var.stack.partition}:states:${var.stack.region}:${var.stack.account}:activity:${local.name}"
  # The library's ID of it.
  id   = local.is_callback ? "callback:${var.name}" : local.arn
  tags = merge(concat([var.stack.tags], [for settings in local.given : settings.tags if contains(keys(settings), "tags")])...)

  heartbeat_seconds = var.heartbeat_seconds == null ? local.defaults.heartbeat_seconds[local.backend.kind] : var.heartbeat_seconds
  max_queue_seconds = var.max_queue_seconds == null ? local.defaults.max_queue_seconds[local.backend.kind] : var.max_queue_seconds
  # Long enough for a job to start there.
  defaults = {
    heartbeat_seconds = { lambda = 300, ecs = 300, batch = 900, sagemaker = 900 }
    max_queue_seconds = { lambda = 900, ecs = 900, batch = null, sagemaker = null }
  }

  # What module process-state needs.
  activity = merge({
    key                    = var.name
    arn                    = local.arn
    heartbeat_seconds      = local.heartbeat_seconds
    timeout_seconds        = var.timeout_seconds
    wake_up                = var.wake_up
    overflow_after_seconds = var.overflow_after_seconds
    envelope               = local.envelope
    partition              = var.stack.partition
    queue                  = var.stack.queue
  }, { for key in var.share_key[*] : "share_key" => key if local.is_callback })
}

# AWS creates an activity that exists once more without an error: two Terraform states would own it, and the first to destroy it
# would take it from the other. An item that exists is an error.
resource "aws_dynamodb_table_item" "claim" {
  table_name = var.stack.table.name
  hash_key   = "task_id"
  item       = jsonencode({ task_id = { S = "activity#claim:${local.name}" } })
}

resource "aws_sfn_activity" "this" {
  count = local.is_callback ? 0 : 1

  name       = local.name
  tags       = local.tags
  depends_on = [aws_dynamodb_table_item.claim]
}

# With this the stack serves the activity. Not in environment variables, which hold 4 KB in total.
resource "aws_dynamodb_table_item" "this" {
  table_name = var.stack.table.name
  hash_key   = "task_id"
  item = jsonencode({
    task_id  = { S = "activity#${local.id}" }
    poll_id  = { S = "activity" }
    activity = { S = jsonencode(local.description) }
  })

  lifecycle {
    precondition {
      condition     = !local.envelope || contains(["requests", "poll"], var.wake_up)
      error_message = "envelope must be false or null if wake_up is logs (the definition is not ours) or callback (its request says the execution). Given: ${local.envelope}."
    }
    precondition {
      condition     = !local.envelope || var.overflow_after_seconds == null
      error_message = "envelope must be false or null if overflow_after_seconds is set: your own workers would get the envelope. Given: ${local.envelope}."
    }
    precondition {
      condition     = var.job_tags == null || local.backend.kind != "lambda"
      error_message = "job_tags must be null on lambda: an invocation has no tags. Given: ${jsonencode(var.job_tags)}."
    }
    precondition {
      # Four are the dispatcher's own, one is the stack's.
      condition     = length(local.tags) + length(local.allowed_tags) + 5 <= 50 && length(setintersection(keys(local.tags), local.allowed_tags)) == 0
      error_message = "job_tags.allowed must be other keys than those of tags, and with them at most 45: AWS allows a job 50 tags. Given: ${join(", ", local.allowed_tags)}, and ${length(local.tags)} tags."
    }
    precondition {
      condition     = length(local.backends) == 1
      error_message = "lambda, ecs, batch, sagemaker or backend must be set, and only one of them. Given: ${length(local.backends)}."
    }
    precondition {
      condition     = length(local.unknown) == 0
      error_message = "${local.backend.kind} must have settings of module backend-${local.backend.kind} only. Unknown: ${join(", ", local.unknown)}."
    }
    precondition {
      condition     = length(local.wrong_overrides) == 0
      error_message = "allowed_overrides may have, on ${join(" and ", distinct(local.kinds))}, ${join(", ", setintersection([for kind in local.kinds : lookup(local.overrides, kind, [])]...))} and environment.NAME. Given: ${join(", ", local.wrong_overrides)}."
    }
    precondition {
      condition     = length(setsubtract(local.kinds, var.stack.backends)) == 0
      error_message = "backend and fallbacks must be of kinds that the stack permits: ${join(", ", var.stack.backends)}. Given: ${join(", ", local.kinds)}."
    }
    precondition {
      # A function itself consents to an activity; for what is named, the name does.
      condition     = local.backend.kind == "lambda" || local.backend.name == var.name || startswith(var.name, "${local.backend.name}-")
      error_message = "name must be the backend's, ${local.backend.name}, or begin with it and a -. Given: \"${var.name}\"."
    }
    precondition {
      condition     = length(local.wrong_links) == 0
      error_message = "fallbacks must have the activity's name, or one that it begins with before a -. Given: ${join(", ", local.wrong_links)}, for \"${var.name}\"."
    }
    precondition {
      condition     = length(local.fallbacks) == 0 || local.backend.kind != "lambda"
      error_message = "fallbacks must be empty on lambda: an invocation can't be stopped or looked up, so that nothing could start in its place. Given: ${length(local.fallbacks)}."
    }
    precondition {
      condition     = contains(var.stack.wake_ups, var.wake_up)
      error_message = "wake_up must be one that the stack has: ${join(", ", var.stack.wake_ups)}. Given: \"${var.wake_up}\"."
    }
    precondition {
      condition     = var.overflow_after_seconds == null || contains(["requests", "logs"], var.wake_up)
      error_message = "overflow_after_seconds must be null if wake_up is poll (the poller takes each task as soon as it is scheduled and leaves none to other workers) or callback (no worker can poll its tasks). Given: ${var.overflow_after_seconds == null ? "null" : var.overflow_after_seconds}."
    }
    precondition {
      condition     = alltrue([for entry in var.allowed_overrides : !can(regex(local.refused_override, entry))])
      error_message = "allowed_overrides must not have variables that an interpreter, a loader, the platform or the worker reads (docs/contract.md). Given: ${join(", ", [for entry in var.allowed_overrides : entry if can(regex(local.refused_override, entry))])}."
    }
    precondition {
      condition     = length(local.running_problems) == 0
      error_message = join(" ", local.running_problems)
    }
    precondition {
      condition     = var.event_bus_arn == null ? true : contains(local.event_buses, var.event_bus_arn)
      error_message = "event_bus_arn must be one of the stack's event_buses: ${length(local.event_buses) == 0 ? "none" : join(", ", local.event_buses)}. Given: ${var.event_bus_arn == null ? "null" : var.event_bus_arn}."
    }
    precondition {
      # The reconciler sends their heartbeats, once a minute.
      condition     = !local.is_callback || local.heartbeat_seconds >= 180 || (var.max_concurrent_jobs == null && var.pool == null && var.max_starts_per_second == null)
      error_message = "heartbeat_seconds must be at least 180 if wake_up is callback and max_concurrent_jobs, max_starts_per_second or pool is set: a task that waits for its turn gets one heartbeat a minute, and one may fail. Given: ${local.heartbeat_seconds}."
    }
  }
  depends_on = [aws_lambda_invocation.drain]
}

module "process_state" {
  source = "../process-state"

  activity = local.activity
}
