variable "packages" {
  description = "The zips of a release: jsondecode(file(\"packages.json\")), which `make release` writes."
  type = object({
    bucket = string
    zips   = map(object({ key = string, hash = string }))
  })
}

variable "network" {
  description = "Where containers run unless their activity says otherwise. {}: create a small network."
  type = object({
    vpc_id           = optional(string)
    subnets          = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "permissions_boundary_arn" {
  description = "ARN of the policy that bounds the roles of the stack's functions. null: none. Those of the teams have one of their own."
  type        = string
  default     = null
}

variable "teams" {
  description = <<-EOT
    The teams, by what the names of their activities begin with.

    - `role_name`: the role that applies the team's Terraform.
    - `function_arns`, `function_role_arns`: the team's functions that are behind activities, and their roles, which have the
      boundary too.
  EOT
  type = map(object({
    role_name          = string
    function_arns      = optional(list(string), [])
    function_role_arns = optional(list(string), [])
  }))
}
