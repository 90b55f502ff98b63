mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_data "aws_prefix_list" {
    defaults = { id = "pl-1" }
  }
}

override_resource {
  target          = aws_security_group.functions
  override_during = plan
  values          = { id = "sg-functions" }
}

override_resource {
  target          = aws_security_group.endpoints
  override_during = plan
  values          = { id = "sg-endpoints" }
}

variables {
  packages     = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  network      = { vpc_id = "vpc-1", subnets = ["subnet-1", "subnet-2"], route_tables = ["rtb-1"] }
  function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine"
  role_name    = "mine"
}

run "a_stack_of_functions" {
  command = plan

  assert {
    condition     = output.endpoints == tolist(["dynamodb", "lambda", "s3", "sqs", "states"])
    error_message = "every service that is called must have its endpoint, and no other"
  }
  assert {
    condition     = aws_vpc_endpoint.interface["states"].service_name == "com.amazonaws.eu-west-1.states" && aws_vpc_endpoint.interface["states"].private_dns_enabled && aws_vpc_endpoint.interface["states"].subnet_ids == toset(["subnet-1", "subnet-2"])
    error_message = "functions must find the endpoint under the service's own name"
  }
  assert {
    condition     = aws_vpc_endpoint.gateway["dynamodb"].vpc_endpoint_type == "Gateway" && aws_vpc_endpoint.gateway["dynamodb"].route_table_ids == toset(["rtb-1"])
    error_message = "table and bucket must be reached through gateways"
  }
  assert {
    condition     = aws_vpc_security_group_ingress_rule.endpoints.referenced_security_group_id == "sg-functions" && aws_vpc_security_group_egress_rule.interface.referenced_security_group_id == "sg-endpoints" && alltrue([for rule in aws_vpc_security_group_egress_rule.gateway : rule.prefix_list_id == "pl-1"])
    error_message = "functions may reach endpoints, and nothing else"
  }
}

run "every_backend" {
  command = plan
  variables {
    backends           = ["lambda", "ecs", "batch", "sagemaker"]
    more_endpoints     = ["ecr.api", "ecr.dkr"]
    existing_endpoints = ["sqs", "s3"]
  }

  assert {
    condition     = output.endpoints == tolist(["batch", "dynamodb", "ecr.api", "ecr.dkr", "ecs", "lambda", "logs", "sagemaker.api", "states"])
    error_message = "each backend has its endpoints, and what exists is not created again"
  }
}
