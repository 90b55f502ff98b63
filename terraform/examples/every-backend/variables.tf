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
  description = "Name of the function's role: it gets the policy that the function needs to report."
  type        = string
}

variable "image" {
  description = "The image of the jobs, with its tag."
  type        = string
}

variable "repository_arns" {
  description = "ARNs of the ECR repositories that the images are in: jobs may pull from there. []: images are public."
  type        = list(string)
  default     = []
}

variable "training_image" {
  description = "The image that SageMaker trains with, with its tag."
  type        = string
}

variable "network" {
  description = "Where the containers run. null: a small network is made for them."
  type = object({
    vpc_id           = string
    subnets          = list(string)
    assign_public_ip = optional(bool, false)
  })
  default = null
}
