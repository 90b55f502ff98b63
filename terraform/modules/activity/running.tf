# What the description says about where and when jobs run. A setting that is off is left out: the description stays as it was.
locals {
  fallbacks = coalesce(var.fallbacks, [])
  kinds     = concat([local.backend.kind], [for link in local.fallbacks : link.backend.kind])
  running = merge(
    { for links in [local.fallbacks] : "fallbacks" => [for link in links : {
      backend            = link.backend.kind
      config             = jsondecode(link.backend.config)
      max_queue_seconds  = link.max_queue_seconds == null ? local.defaults.max_queue_seconds[link.backend.kind] : link.max_queue_seconds
      after_interruption = link.after_interruption
    }] if length(links) > 0 },
  )

  # What has no place on one of the backends would fail the task there.
  wrong_links = [for link in local.fallbacks : link.backend.name if link.backend.name != var.name && !startswith(var.name, "${link.backend.name}-")]
}
