variable "region" {
  description = "Region of the stack."
  type        = string
  default     = "eu-west-1"
  nullable    = false
}

variable "packages" {
  description = "The zips of a release: jsondecode(file(\"packages.json\")), which `make release` writes."
  type = object({
    bucket = string
    zips   = map(object({ key = string, hash = string }))
  })
}

variable "network" {
  description = <<-EOT
    Where the stack's functions run: a VPC with DNS support and DNS host names.

    - `vpc_id`, `subnets`: private subnets in two or more zones.
    - `route_tables`: those of the subnets, for the gateways of DynamoDB and S3.
  EOT
  type = object({
    vpc_id       = string
    subnets      = list(string)
    route_tables = list(string)
  })
}

variable "backends" {
  description = "Where jobs of the stack may run: each needs endpoints of its own."
  type        = set(string)
  default     = ["lambda"]
  nullable    = false
}

variable "more_endpoints" {
  description = "Further interface endpoints to create, by service: what your own containers and functions in the VPC call."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "existing_endpoints" {
  description = "Endpoints that the VPC has already, by service, such as sqs or s3. They must let the functions' security group in."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "function_arn" {
  description = "ARN of the function behind the activity."
  type        = string
}

variable "role_name" {
  description = "Name of the function's role: the policy that it needs to report is attached to it."
  type        = string
}
