# Activities that are removed, and one that is moved, while their jobs run: for test_removed_activities.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/removed/terraform.tfstate"
  }
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

variable "package" {
  description = "Zip of the function behind activity function."
  type        = string
}

variable "moved" {
  description = "Whether jobs of activity moving run on ecs, and no longer on batch."
  type        = bool
  default     = false
}

variable "removed" {
  description = "Whether the other activities are removed."
  type        = bool
  default     = false
}

locals {
  times     = { heartbeat_seconds = 120, timeout_seconds = 600 }
  container = { image = "busybox:removed", command = ["true"] }
  # Where the jobs of each activity run.
  jobs_on = merge(
    { moving = var.moved ? "ecs" : "batch" },
    { for key, backend in { container = "ecs", job = "batch", function = "lambda" } : key => backend if !var.removed },
  )
  # By name: the state machines outlive the activities.
  arns = { for key in ["moving", "container", "job", "function"] : key => "arn:aws:states:eu-west-1:000000000000:activity:removed-${key}" }
}

resource "aws_s3_bucket" "code" {
  bucket        = "removed-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "removed.zip"
  source = var.package
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "removed"
  packages = { dir = var.packages_dir }
  backends = ["lambda", "ecs", "batch"]
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch = { missed_task_poll_minutes = 1440 }
}

module "function" {
  source = "../../../terraform/modules/function"

  name        = "removed-jobs"
  description = "Sleeps as its input says"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 600 }
}

module "activity" {
  source   = "../../../terraform/modules/activity"
  for_each = local.jobs_on

  stack             = module.stack.handle
  name              = each.key
  ecs               = each.value == "ecs" ? { container = local.container } : null
  batch             = each.value == "batch" ? { container = local.container } : null
  lambda            = each.value == "lambda" ? { function_arn = module.function.arn, role = { name = module.function.role_name } } : null
  heartbeat_seconds = local.times.heartbeat_seconds
  timeout_seconds   = local.times.timeout_seconds
  allowed_overrides = each.value == "lambda" ? [] : ["command"]
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = local.arns

  name = "removed-${each.key}"
  definition = jsonencode({
    StartAt = "Wait"
    States = { Wait = {
      Type             = "Task"
      Resource         = each.value
      HeartbeatSeconds = local.times.heartbeat_seconds
      TimeoutSeconds   = local.times.timeout_seconds
      End              = true
    } }
  })
}

output "state_machines" {
  value = { for name, machine in module.state_machine : name => machine.arn }
}

output "activities" {
  value = local.arns
}

output "task_table" {
  value = module.stack.handle.table.name
}

output "dispatch_queue_url" {
  value = module.stack.handle.queue.url
}
