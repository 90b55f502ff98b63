# A stack with any number of activities, of all kinds in equal parts.
terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100, < 7"
    }
  }
}

variable "packages" {
  description = "As in module control-plane."
  type        = any
}

variable "of_each_kind" {
  description = "How many activities of each of the four kinds."
  type        = number
}

module "stack" {
  source = "../../../stack"

  name     = "first"
  packages = var.packages
  wake_ups = ["poll", "logs"]
  network  = {}
  activities = merge([for number in range(var.of_each_kind) : {
    "function-${number}" = { lambda = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:f-${number}", role = { name = "f-${number}" } } }
    "task-${number}"     = { ecs = { container = { image = "image-${number}" } } }
    "job-${number}"      = { batch = { container = { image = "image-${number}" } } }
    "training-${number}" = { sagemaker = { container = { image = "image-${number}" } } }
  }]...)
}

output "names" {
  description = "Names of the activities."
  value       = keys(module.stack.activities)
}

output "handle" {
  description = "The stack's."
  value       = module.stack.handle
}
