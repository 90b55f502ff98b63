# A queue with compute of its own, if settings.compute asks for one or the stack has none.
locals {
  # The provider tags what Terraform creates; Batch creates the instances, and the dispatcher the jobs. Not from the data source of the
  # default tags: it would be read late, because modules depend on their activity's claim.
  all_tags = merge(aws_iam_role.this["job"].tags_all, local.tags)

  creates_instances      = local.creates_queue && !local.on_fargate
  creates_security_group = local.creates_queue && length(local.network.security_groups) == 0

  # "optimal" does not include Graviton processors.
  instance_types_that_fit = { X86_64 = ["optimal"], ARM64 = ["c7g", "m7g", "r7g"] }
  instance_types          = local.compute.instance_types == null ? local.instance_types_that_fit[var.settings.size.architecture] : local.compute.instance_types
}

# No service_role: Batch then uses its service-linked role AWSServiceRoleForBatch, which it creates if necessary, and
# can update the environment in place. Spot needs a fleet role only with the BEST_FIT strategy.
resource "aws_batch_compute_environment" "this" {
  count = local.creates_queue ? 1 : 0

  # The provider makes up a unique name, as create_before_destroy needs: no argument for it is in both 5.100 and 6.
  type = "MANAGED"
  tags = merge({ Name = local.name }, local.tags)

  compute_resources {
    type                = local.compute.spot ? (local.on_fargate ? "FARGATE_SPOT" : "SPOT") : local.compute.type
    max_vcpus           = local.compute.max_cpus
    min_vcpus           = local.on_fargate ? null : 0
    subnets             = local.network.subnets
    security_group_ids  = local.creates_security_group ? [aws_security_group.this[0].id] : local.network.security_groups
    instance_role       = local.on_fargate ? null : aws_iam_instance_profile.this[0].arn
    instance_type       = local.on_fargate ? null : local.instance_types
    tags                = local.on_fargate || length(local.all_tags) == 0 ? null : local.all_tags
    allocation_strategy = local.on_fargate ? null : local.compute.spot ? "SPOT_PRICE_CAPACITY_OPTIMIZED" : "BEST_FIT_PROGRESSIVE"

    dynamic "launch_template" {
      for_each = aws_launch_template.this
      content {
        launch_template_id = launch_template.value.id
        version            = launch_template.value.latest_version
      }
    }
  }

  # A queue must always have an environment.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_batch_job_queue" "this" {
  count = local.creates_queue ? 1 : 0

  name                  = local.name
  state                 = "ENABLED"
  priority              = 1
  scheduling_policy_arn = var.settings.scheduling_policy_arn
  tags                  = local.tags

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.this[0].arn
  }
}

resource "aws_launch_template" "this" {
  count = local.creates_instances ? 1 : 0

  name = local.name
  tags = local.tags

  # A job has its own role: it must not get the instance's by a plain GET or through a container's network.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }

  # Batch tags the instances but not their disks.
  dynamic "tag_specifications" {
    for_each = length(local.all_tags) > 0 ? ["volume"] : []
    content {
      resource_type = tag_specifications.value
      tags          = local.all_tags
    }
  }
}

resource "aws_security_group" "this" {
  count = local.creates_security_group ? 1 : 0

  name        = local.name
  description = "Jobs of ${local.name}: everything out, nothing in"
  vpc_id      = local.network.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.creates_security_group ? { ipv4 = "0.0.0.0/0", ipv6 = "::/0" } : {}

  security_group_id = aws_security_group.this[0].id
  description       = "Everything out"
  ip_protocol       = "-1"
  cidr_ipv4         = each.key == "ipv4" ? each.value : null
  cidr_ipv6         = each.key == "ipv6" ? each.value : null
  tags              = local.tags
}
