variable "name" {
  description = "Name of the network; everything in it is named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name must be 1 to 80 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "existing" {
  description = <<-EOT
    An existing network to use: nothing is created. null: create a small network.

    - `vpc_id`: ID of the VPC.
    - `subnets`: IDs of its subnets.
    - `assign_public_ip`: whether jobs need a public address because these subnets reach the internet through an
      internet gateway.
  EOT
  type = object({
    vpc_id           = string
    subnets          = list(string)
    assign_public_ip = optional(bool, false)
  })
  default = null
  validation {
    condition     = var.existing == null ? true : can(regex("^vpc-[0-9a-f]+$", var.existing.vpc_id))
    error_message = "existing.vpc_id must be a VPC ID, such as vpc-0123456789abcdef0. Given: \"${try(var.existing.vpc_id, "null")}\"."
  }
  validation {
    condition     = var.existing == null ? true : length(var.existing.subnets) > 0 && alltrue([for subnet in var.existing.subnets : can(regex("^subnet-[0-9a-f]+$", subnet))])
    error_message = "existing.subnets must be one or more subnet IDs, such as subnet-0123456789abcdef0. Given: ${join(", ", try(var.existing.subnets, []))}."
  }
}

variable "cidr" {
  description = "IPv4 addresses of the network to create: a block from /16 to /24, of which each zone gets a sixteenth."
  type        = string
  default     = "10.99.0.0/16"
  nullable    = false
  validation {
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("^[0-9.]+/(1[6-9]|2[0-4])$", var.cidr))
    error_message = "cidr must be a block of IPv4 addresses from /16 to /24, such as 10.99.0.0/16. Given: \"${var.cidr}\"."
  }
}

variable "zones" {
  description = "Number of availability zones, each with one subnet."
  type        = number
  default     = 2
  nullable    = false
  validation {
    condition     = var.zones >= 1 && var.zones <= 6 && floor(var.zones) == var.zones
    error_message = "zones must be a whole number from 1 to 6. Given: ${var.zones}."
  }
}

variable "gateway_endpoints" {
  description = "Services to reach inside AWS's network, free of charge: s3, dynamodb."
  type        = set(string)
  default     = ["s3", "dynamodb"]
  nullable    = false
  validation {
    condition     = length(setsubtract(var.gateway_endpoints, ["s3", "dynamodb"])) == 0
    error_message = "gateway_endpoints may only contain s3 and dynamodb, the services with gateway endpoints. Given: ${join(", ", var.gateway_endpoints)}."
  }
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
