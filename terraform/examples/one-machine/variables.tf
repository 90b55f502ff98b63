variable "packages" {
  description = "The zips of a release: jsondecode(file(\"packages.json\")), which `make release` writes."
  type = object({
    bucket = string
    zips   = map(object({ key = string, hash = string }))
  })
}

variable "functions" {
  description = "The functions that make captions and score: their ARNs, and the names of their roles."
  type = object({
    caption = object({ arn = string, role_name = string })
    score   = object({ arn = string, role_name = string })
  })
}

variable "image" {
  description = "Image that cuts scenes and assembles films, with its tag."
  type        = string
}

variable "repository_arns" {
  description = "ARNs of the ECR repositories that hold the images: jobs may pull from them. []: public images."
  type        = list(string)
  default     = []
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
