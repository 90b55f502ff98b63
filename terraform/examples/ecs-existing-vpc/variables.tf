variable "packages" {
  description = "The zips of a release: jsondecode(file(\"packages.json\")), which `make release` writes."
  type = object({
    bucket = string
    zips   = map(object({ key = string, hash = string }))
  })
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

variable "network" {
  description = "Where the jobs run: subnets that can reach ECR, CloudWatch Logs, DynamoDB, S3 and Step Functions."
  type = object({
    vpc_id           = string
    subnets          = list(string)
    assign_public_ip = optional(bool, false)
  })
}
