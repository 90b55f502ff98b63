data "aws_availability_zones" "available" {
  #checkov:skip=CKV_AWS_394: a subnet keeps its zone (ignore_changes), whatever zones are added later
  count = local.creates ? 1 : 0

  state = "available"
  # No Local Zones, which lack Fargate and many instance types.
  filter {
    name   = "opt-in-status"
    values = ["opt-in-not-required"]
  }
}

# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }

locals {
  creates = var.existing == null
  # By number, because the names are unknown at plan time.
  zones = local.creates ? { for index in range(var.zones) : tostring(index) => index } : {}
  tags  = merge(var.tags, { Name = var.name })
}

# Public subnets: a NAT gateway costs more in a month than the jobs of most stacks, and nothing here listens. Jobs that
# must not have a public address need your own subnets (variable existing).
resource "aws_vpc" "this" {
  #checkov:skip=CKV2_AWS_11: flow logs cost more than these jobs; to have them, pass your own network (variable existing)
  count = local.creates ? 1 : 0

  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = local.tags
}

# No rules: what is put into it by mistake reaches nothing.
resource "aws_default_security_group" "this" {
  count = local.creates ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = merge(local.tags, { Name = "${var.name}-default-unused" })
}

resource "aws_internet_gateway" "this" {
  count = local.creates ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = local.tags
}

resource "aws_route_table" "this" {
  count = local.creates ? 1 : 0

  vpc_id = aws_vpc.this[0].id
  tags   = local.tags
}

resource "aws_route" "out" {
  count = local.creates ? 1 : 0

  route_table_id         = aws_route_table.this[0].id
  destination_cidr_block = "0.0.0.0/0"
  gateway_id             = aws_internet_gateway.this[0].id
}

resource "aws_subnet" "this" {
  #checkov:skip=CKV_AWS_130: without a NAT gateway a public address is the only way out; nothing here listens
  for_each = local.zones

  vpc_id            = aws_vpc.this[0].id
  availability_zone = data.aws_availability_zones.available[0].names[each.value]
  cidr_block        = cidrsubnet(var.cidr, 4, each.value)
  # For Batch instances; a Fargate job requests its address itself.
  map_public_ip_on_launch = true
  tags                    = local.tags

  # Zones are picked by number: a new one in the list would move subnets that are in use.
  lifecycle {
    ignore_changes = [availability_zone]
  }
}

resource "aws_route_table_association" "this" {
  for_each = aws_subnet.this

  subnet_id      = each.value.id
  route_table_id = aws_route_table.this[0].id
}

resource "aws_vpc_endpoint" "this" {
  for_each = local.creates ? var.gateway_endpoints : []

  vpc_id            = aws_vpc.this[0].id
  service_name      = "com.amazonaws.${data.aws_service.current.region}.${each.value}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = [aws_route_table.this[0].id]
  tags              = merge(local.tags, { Name = "${var.name}-${each.value}" })
}
