# What the library reads of the activity, and of where and when its jobs run. A setting that is off is left out: the description stays
# as it was.
locals {
  description = merge(local.running, {
    arn                    = local.id
    name                   = local.is_callback ? var.name : local.name
    backend                = local.backend.kind
    config                 = jsondecode(local.backend.config)
    heartbeat_seconds      = local.heartbeat_seconds
    timeout_seconds        = var.timeout_seconds
    allowed_overrides      = var.allowed_overrides
    max_concurrent_jobs    = var.max_concurrent_jobs
    max_queue_seconds      = local.max_queue_seconds
    wake_up                = var.wake_up
    pollers                = var.pollers
    overflow_after_seconds = var.overflow_after_seconds
  })

  # Handles of earlier releases have none.
  event_buses  = try(var.stack.event_buses, [])
  envelope     = var.envelope == null ? contains(["requests", "poll"], var.wake_up) && var.overflow_after_seconds == null : var.envelope
  allowed_tags = try(var.job_tags.allowed, [])
  fallbacks    = coalesce(var.fallbacks, [])
  kinds        = concat([local.backend.kind], [for link in local.fallbacks : link.backend.kind])
  # What has no place on one of the backends would fail the task there.
  wrong_links = [for link in local.fallbacks : link.backend.name if link.backend.name != var.name && !startswith(var.name, "${link.backend.name}-")]

  running = merge(
    { for name in ["envelope"] : name => true if local.envelope },
    { for seconds in var.linger_seconds[*] : "linger_seconds" => seconds },
    { for tags in var.job_tags[*] : "job_tags" => tags },
    { for arn in var.event_bus_arn[*] : "event_bus_arn" => arn },
    { for links in [local.fallbacks] : "fallbacks" => [for link in links : {
      backend            = link.backend.kind
      config             = jsondecode(link.backend.config)
      max_queue_seconds  = link.max_queue_seconds == null ? local.defaults.max_queue_seconds[link.backend.kind] : link.max_queue_seconds
      after_interruption = link.after_interruption
    }] if length(links) > 0 },
  )
}
