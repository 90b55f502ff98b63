# Where containers run unless their activity says otherwise: a cluster, a job queue, a network. Nothing here costs anything until
# a job runs, except public addresses of running jobs.
locals {
  has_ecs        = contains(var.backends, "ecs")
  has_batch      = contains(var.backends, "batch")
  has_network    = var.network != null
  makes_cluster  = local.has_ecs && var.existing.cluster == null
  makes_queue    = local.has_batch && local.has_network && var.existing.job_queue == null
  makes_security = local.has_network && (local.has_ecs || local.has_batch) && (var.network == null ? false : length(var.network.security_groups) == 0)
  cluster_arn    = "${local.arn_prefixes.ecs}:cluster/${local.names.cluster}"
  job_queue_arn  = "${local.arn_prefixes.batch}:job-queue/${local.names.job_queue}"
  network = !local.has_network ? null : merge(module.network[0].network, {
    security_groups = local.makes_security ? [aws_security_group.jobs[0].id] : var.network.security_groups
  })
}

module "network" {
  source = "../network"
  count  = local.has_network ? 1 : 0

  name = var.name
  # By the number of subnets: the ID of a VPC from the same state is unknown when planning.
  existing = length(var.network.subnets) == 0 ? null : { vpc_id = var.network.vpc_id, subnets = var.network.subnets, assign_public_ip = var.network.assign_public_ip }
  tags     = var.tags
}

resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65: Container Insights is charged by the metric; to have it, pass an existing cluster
  count = local.makes_cluster ? 1 : 0

  name = local.names.cluster
  tags = var.tags
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  count = local.makes_cluster ? 1 : 0

  cluster_name       = aws_ecs_cluster.this[0].name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_batch_compute_environment" "this" {
  count = local.makes_queue ? 1 : 0

  # The provider makes up a unique name, as create_before_destroy needs: no argument for it is in both 5.100 and 6.
  type = "MANAGED"
  tags = merge({ Name = local.names.job_queue }, var.tags)

  compute_resources {
    type               = "FARGATE"
    max_vcpus          = var.network.max_cpus
    subnets            = local.network.subnets
    security_group_ids = local.network.security_groups
  }

  # A queue must always have an environment.
  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_batch_job_queue" "this" {
  count = local.makes_queue ? 1 : 0

  name     = local.names.job_queue
  state    = "ENABLED"
  priority = 1
  tags     = var.tags

  compute_environment_order {
    order               = 1
    compute_environment = aws_batch_compute_environment.this[0].arn
  }
}

resource "aws_security_group" "jobs" {
  #checkov:skip=CKV2_AWS_5: RunTask and Batch attach it to each job; Terraform creates no tasks
  count = local.makes_security ? 1 : 0

  name        = local.names.job_security_group
  description = "Jobs of ${var.name}: everything out, nothing in"
  vpc_id      = module.network[0].network.vpc_id
  tags        = var.tags

  # A stack of 0.1.0 has another one. It cannot be changed, nor the group replaced while jobs have it.
  lifecycle {
    ignore_changes = [description]
  }
}

resource "aws_vpc_security_group_egress_rule" "jobs" {
  for_each = local.makes_security ? { ipv4 = "0.0.0.0/0", ipv6 = "::/0" } : {}

  security_group_id = aws_security_group.jobs[0].id
  description       = "Everything out"
  ip_protocol       = "-1"
  cidr_ipv4         = each.key == "ipv4" ? each.value : null
  cidr_ipv6         = each.key == "ipv6" ? each.value : null
  tags              = var.tags
}
