variable "name" {
  description = "Name of the network: everything in it is named after it."
  type        = string
  validation {
    condition     = can(regex("^[a-zA-Z0-9_-]{1,80}$", var.name))
    error_message = "name must be 1 to 80 letters, digits, - or _. Given: \"${var.name}\"."
  }
}

variable "existing" {
  description = "A network of yours: nothing is made. assign_public_ip: whether jobs in these subnets need a public address, because their way out is an internet gateway. null: a small network is made."
  type = object({
    vpc_id           = string
    subnets          = list(string)
    assign_public_ip = optional(bool, false)
  })
  default = null
  validation {
    condition     = var.existing == null ? true : can(regex("^vpc-[0-9a-f]+$", var.existing.vpc_id))
    error_message = "existing.vpc_id must be a VPC's id, vpc-0123456789abcdef0. Given: \"${try(var.existing.vpc_id, "null")}\"."
  }
  validation {
    condition     = var.existing == null ? true : length(var.existing.subnets) > 0 && alltrue([for subnet in var.existing.subnets : can(regex("^subnet-[0-9a-f]+$", subnet))])
    error_message = "existing.subnets must be ids of subnets, subnet-0123456789abcdef0. Given: ${join(", ", try(var.existing.subnets, []))}."
  }
}

variable "cidr" {
  description = "Addresses of the network that is made: 16 to 24 bits are the network's, each zone gets a sixteenth."
  type        = string
  default     = "10.99.0.0/16"
  nullable    = false
  validation {
    condition     = can(cidrhost(var.cidr, 0)) && can(regex("^[0-9.]+/(1[6-9]|2[0-4])$", var.cidr))
    error_message = "cidr must be a block of IPv4 addresses from /16 to /24, 10.99.0.0/16. Given: \"${var.cidr}\"."
  }
}

variable "zones" {
  description = "In how many availability zones there is a subnet."
  type        = number
  default     = 2
  nullable    = false
  validation {
    condition     = var.zones >= 1 && var.zones <= 6 && floor(var.zones) == var.zones
    error_message = "zones must be a whole number from 1 to 6. Given: ${var.zones}."
  }
}

variable "gateway_endpoints" {
  description = "Services that are reached inside AWS's network, free of charge: s3, dynamodb."
  type        = set(string)
  default     = ["s3", "dynamodb"]
  nullable    = false
  validation {
    condition     = length(setsubtract(var.gateway_endpoints, ["s3", "dynamodb"])) == 0
    error_message = "gateway_endpoints must be s3 or dynamodb, the services that have such an endpoint. Given: ${join(", ", var.gateway_endpoints)}."
  }
}

variable "tags" {
  description = "Tags for every resource."
  type        = map(string)
  default     = {}
  nullable    = false
}
