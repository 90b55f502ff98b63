# Where and when its jobs run: what the description has of it. A setting that is off is not in it.
locals {
  envelope     = var.envelope == null ? contains(["requests", "poll"], var.wake_up) && var.overflow_after_seconds == null : var.envelope
  allowed_tags = try(var.job_tags.allowed, [])

  running = merge(
    { for name in ["envelope"] : name => true if local.envelope },
    { for tags in var.job_tags[*] : "job_tags" => tags },
  )
}
