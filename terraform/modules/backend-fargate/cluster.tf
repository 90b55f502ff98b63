# Where jobs run, unless the variables name an existing cluster and security groups.
resource "aws_ecs_cluster" "this" {
  #checkov:skip=CKV_AWS_65: Container Insights is charged by the metric; to have it, pass an existing cluster
  count = local.creates_cluster ? 1 : 0

  name = var.name
  tags = var.tags
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  count = local.creates_cluster ? 1 : 0

  cluster_name       = aws_ecs_cluster.this[0].name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
}

resource "aws_security_group" "this" {
  #checkov:skip=CKV2_AWS_5: RunTask attaches it to each job; Terraform creates no tasks
  count = local.creates_security_group ? 1 : 0

  name        = var.name
  description = "Jobs of ${var.name}: everything out, nothing in"
  vpc_id      = var.network.vpc_id
  tags        = var.tags
}

resource "aws_vpc_security_group_egress_rule" "this" {
  for_each = local.creates_security_group ? { ipv4 = "0.0.0.0/0", ipv6 = "::/0" } : {}

  security_group_id = aws_security_group.this[0].id
  description       = "Everything out"
  ip_protocol       = "-1"
  cidr_ipv4         = each.key == "ipv4" ? each.value : null
  cidr_ipv6         = each.key == "ipv6" ? each.value : null
  tags              = var.tags
}
