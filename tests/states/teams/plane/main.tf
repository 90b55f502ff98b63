# The control plane that two teams share, and what each of them may do: the platform team's state.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../../build/teams/plane.tfstate"
  }
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../../build/zip"
}

locals {
  name    = "plane"
  account = "arn:aws:iam::000000000000"
  teams   = toset(["red", "blue"])
  # Made of names: the control plane and its boundaries name each other.
  policy_arn = "${local.account}:policy/${local.name}"
}

module "control_plane" {
  source = "../../../../terraform/modules/control-plane"

  name     = local.name
  packages = { dir = var.packages_dir }
  backends = ["lambda", "ecs", "batch"]
  iam      = { permissions_boundary_arn = "${local.policy_arn}-boundary", job_permissions_boundary_arn = "${local.policy_arn}-job-boundary" }
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  # A poll for missed tasks would take tasks that a test leaves where they are.
  dispatch   = { missed_task_poll_minutes = 1440 }
  watching   = { dashboard = false }
  depends_on = [aws_iam_policy.boundary]
}

module "team" {
  source   = "../team"
  for_each = local.teams

  name  = each.key
  stack = module.control_plane.handle
}

# Where the teams' functions come from.
resource "aws_s3_bucket" "code" {
  bucket        = "plane-code"
  force_destroy = true
}

output "handle" {
  value = module.control_plane.handle
}

output "functions" {
  value = module.control_plane.functions
}

output "code_bucket" {
  value = aws_s3_bucket.code.id
}
