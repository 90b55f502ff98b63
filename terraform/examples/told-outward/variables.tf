variable "packages" {
  description = "The zips of a release: jsondecode(file(\"packages.json\")), which `make release` writes."
  type = object({
    bucket = string
    zips   = map(object({ key = string, hash = string }))
  })
}

variable "function_arn" {
  description = "ARN of the function behind the activity."
  type        = string
}

variable "role_name" {
  description = "Name of the function's role: the policy that it needs to report is attached to it."
  type        = string
}
