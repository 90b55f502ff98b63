# Activities of containers: small tasks with and without warm workers, one that tells a bus, one whose jobs have tags.
locals {
  # A task's input is the file for its notes: what was done when, and by which worker.
  program = <<-EOT
    notes=$(tr -d '"' < "$TASK_INPUT")
    echo "$TASK_ID begin $PPID" >> "$notes"
    sleep 0.2
    echo "$TASK_ID end $PPID" >> "$notes"
    echo "\"$TASK_ID\""
  EOT
  small   = { image = "worker:running", command = ["sh", "-c", local.program], max_concurrent_jobs = 4 }
  given   = { image = "busybox:running", command = ["true"], allowed_overrides = ["command"] }

  of_container = {
    cold   = local.small
    warm   = merge(local.small, { linger_seconds = 20, max_tasks_per_job = 1000 })
    killed = merge(local.small, { linger_seconds = 20, max_tasks_per_job = 1000 })
    work   = merge(local.given, { job_tags = { allowed = ["team"], facts = ["state_machine", "execution", "state"] } })
    # Its slot is freed by whoever sees the end of the job.
    clip = merge(local.given, { event_bus_arn = aws_cloudwatch_event_bus.told.arn, max_concurrent_jobs = 1 })
  }
}

module "of_container" {
  source   = "../../../terraform/modules/activity"
  for_each = local.of_container

  stack               = module.stack.handle
  name                = each.key
  ecs                 = { container = { image = each.value.image, command = each.value.command } }
  heartbeat_seconds   = 120
  timeout_seconds     = 600
  allowed_overrides   = try(each.value.allowed_overrides, [])
  max_concurrent_jobs = try(each.value.max_concurrent_jobs, null)
  linger_seconds      = try(each.value.linger_seconds, null)
  max_tasks_per_job   = try(each.value.max_tasks_per_job, null)
  job_tags            = try(each.value.job_tags, null)
  event_bus_arn       = try(each.value.event_bus_arn, null)
}
