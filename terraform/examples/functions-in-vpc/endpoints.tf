# What the stack's functions call, and nothing else. An interface endpoint costs money by the hour in each subnet; the gateways of
# DynamoDB and S3 are free of charge.
locals {
  # Of every stack: tasks and their ends, and requests.
  always = ["states", "sqs"]
  # By backend: where jobs are started and stopped, and where their logs are read.
  by_backend = {
    lambda    = ["lambda"]
    ecs       = ["ecs", "logs"]
    batch     = ["batch", "logs"]
    sagemaker = ["sagemaker.api", "logs"]
  }
  services = setsubtract(concat(local.always, flatten([for backend in var.backends : local.by_backend[backend]]), var.more_endpoints), var.existing_endpoints)
  gateways = setsubtract(["dynamodb", "s3"], var.existing_endpoints)
}

resource "aws_vpc_endpoint" "interface" {
  for_each = local.services

  vpc_id              = var.network.vpc_id
  service_name        = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type   = "Interface"
  subnet_ids          = var.network.subnets
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  tags                = { Name = "vault-${each.key}" }
}

resource "aws_vpc_endpoint" "gateway" {
  for_each = local.gateways

  vpc_id            = var.network.vpc_id
  service_name      = "com.amazonaws.${var.region}.${each.key}"
  vpc_endpoint_type = "Gateway"
  route_table_ids   = var.network.route_tables
  tags              = { Name = "vault-${each.key}" }
}

# Gateways are reached by the addresses of their services, which AWS lists.
data "aws_prefix_list" "gateway" {
  for_each = toset(["dynamodb", "s3"])

  name = "com.amazonaws.${var.region}.${each.key}"
}

resource "aws_security_group" "functions" {
  #checkov:skip=CKV2_AWS_5: the stack's functions have it
  name        = "vault-functions"
  description = "Functions of vault: to the endpoints and nowhere else"
  vpc_id      = var.network.vpc_id
}

resource "aws_security_group" "endpoints" {
  name        = "vault-endpoints"
  description = "Endpoints of vault: from its functions only"
  vpc_id      = var.network.vpc_id
}

resource "aws_vpc_security_group_ingress_rule" "endpoints" {
  security_group_id            = aws_security_group.endpoints.id
  description                  = "From the functions"
  referenced_security_group_id = aws_security_group.functions.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "interface" {
  security_group_id            = aws_security_group.functions.id
  description                  = "To the interface endpoints"
  referenced_security_group_id = aws_security_group.endpoints.id
  ip_protocol                  = "tcp"
  from_port                    = 443
  to_port                      = 443
}

resource "aws_vpc_security_group_egress_rule" "gateway" {
  for_each = data.aws_prefix_list.gateway

  security_group_id = aws_security_group.functions.id
  description       = "To ${each.key}"
  prefix_list_id    = each.value.id
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}
