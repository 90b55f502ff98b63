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

variable "image" {
  description = "Image of the jobs, with its tag."
  type        = string
}

variable "repository_arns" {
  description = "ARNs of the ECR repositories that hold the images: jobs may pull from them. []: public images."
  type        = list(string)
  default     = []
}

variable "training_image" {
  description = "Image that SageMaker trains with, with its tag."
  type        = string
}

variable "network" {
  description = "Where the containers run. {}: create a small network."
  type = object({
    vpc_id           = optional(string)
    subnets          = optional(list(string), [])
    assign_public_ip = optional(bool, false)
  })
  default  = {}
  nullable = false
}
