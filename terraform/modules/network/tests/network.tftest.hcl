mock_provider "aws" {
  override_during = plan

  mock_data "aws_availability_zones" {
    defaults = { names = ["eu-west-1a", "eu-west-1b", "eu-west-1c"] }
  }
  mock_data "aws_service" {
    defaults = { region = "eu-west-1" }
  }
  mock_resource "aws_vpc" {
    defaults = { id = "vpc-1" }
  }
  mock_resource "aws_route_table" {
    defaults = { id = "rtb-1" }
  }
  mock_resource "aws_internet_gateway" {
    defaults = { id = "igw-1" }
  }
  mock_resource "aws_subnet" {
    defaults = { id = "subnet-1" }
  }
}

variables {
  name = "words"
}

run "creates_a_subnet_in_each_of_two_zones" {
  command = plan

  assert {
    condition     = [for subnet in aws_subnet.this : [subnet.availability_zone, subnet.cidr_block]] == [["eu-west-1a", "10.99.0.0/20"], ["eu-west-1b", "10.99.16.0/20"]]
    error_message = "different zones, different addresses"
  }
  assert {
    condition     = output.network == { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-1"], assign_public_ip = true }
    error_message = "the output must be the object that the backends take"
  }
}

run "subnets_reach_the_internet_without_nat" {
  command = plan

  assert {
    condition     = aws_route.out[0].destination_cidr_block == "0.0.0.0/0" && aws_route.out[0].gateway_id == "igw-1"
    error_message = "the route must lead to the internet gateway"
  }
  assert {
    condition     = length(aws_route_table_association.this) == 2 && alltrue([for association in aws_route_table_association.this : association.route_table_id == "rtb-1"])
    error_message = "every subnet must use the route table"
  }
  assert {
    condition     = aws_vpc.this[0].enable_dns_hostnames && aws_vpc.this[0].enable_dns_support
    error_message = "DNS must be enabled"
  }
}

run "s3_and_dynamodb_have_free_endpoints" {
  command = plan

  assert {
    condition     = [for endpoint in aws_vpc_endpoint.this : [endpoint.service_name, endpoint.vpc_endpoint_type]] == [["com.amazonaws.eu-west-1.dynamodb", "Gateway"], ["com.amazonaws.eu-west-1.s3", "Gateway"]]
    error_message = "there must be gateway endpoints"
  }
  assert {
    condition     = alltrue([for endpoint in aws_vpc_endpoint.this : endpoint.route_table_ids == toset(["rtb-1"])])
    error_message = "every subnet must use the route table"
  }
}

run "accepts_other_addresses_and_no_endpoints" {
  command = plan
  variables {
    cidr              = "192.168.7.0/24"
    zones             = 3
    gateway_endpoints = []
  }

  assert {
    condition     = [for subnet in aws_subnet.this : subnet.cidr_block] == ["192.168.7.0/28", "192.168.7.16/28", "192.168.7.32/28"] && length(aws_vpc_endpoint.this) == 0
    error_message = "the settings must be as requested"
  }
}

run "passes_an_existing_network_through" {
  command = plan
  variables {
    existing = { vpc_id = "vpc-0a", subnets = ["subnet-0b", "subnet-0c"] }
  }

  assert {
    condition     = output.network == { vpc_id = "vpc-0a", subnets = tolist(["subnet-0b", "subnet-0c"]), assign_public_ip = false }
    error_message = "the network must be unchanged, private by default"
  }
  assert {
    condition     = length(aws_vpc.this) + length(aws_subnet.this) + length(aws_internet_gateway.this) + length(aws_route_table.this) + length(aws_vpc_endpoint.this) + length(aws_default_security_group.this) + length(data.aws_availability_zones.available) == 0
    error_message = "nothing may be created"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name              = "with space"
    cidr              = "10.0.0.0/8"
    zones             = 0
    gateway_endpoints = ["sqs"]
  }
  expect_failures = [var.name, var.cidr, var.zones, var.gateway_endpoints]
}

run "rejects_an_invalid_vpc_id" {
  command = plan
  variables {
    existing = { vpc_id = "mine", subnets = ["subnet-0b"] }
  }
  expect_failures = [var.existing]
}

run "rejects_a_network_without_subnets" {
  command = plan
  variables {
    existing = { vpc_id = "vpc-0a", subnets = [] }
  }
  expect_failures = [var.existing]
}
