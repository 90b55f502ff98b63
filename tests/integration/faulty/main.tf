# A user's function behind an activity; it misbehaves as its input says.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/faulty/terraform.tfstate"
  }
}

variable "package" {
  description = "Zip of the faulty function."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions: a release."
  type        = string
  default     = "../../../build/zip"
}

locals {
  # Heartbeat and timeout of the state, in seconds.
  activities = {
    steady = { heartbeat_seconds = 30, timeout_seconds = 60 }
    hasty  = { heartbeat_seconds = 3, timeout_seconds = 60 }
    brief  = { heartbeat_seconds = 3, timeout_seconds = 6 }
    narrow = { heartbeat_seconds = 30, timeout_seconds = 60, max_concurrent_jobs = 5 }
    single = { heartbeat_seconds = 30, timeout_seconds = 300, max_concurrent_jobs = 1 }
    polled = { heartbeat_seconds = 30, timeout_seconds = 60, wake_up = "poll", max_concurrent_jobs = 2 }
    heard  = { heartbeat_seconds = 30, timeout_seconds = 60, wake_up = "logs" }
    # No activities: the requests carry the tokens.
    called        = { heartbeat_seconds = 180, timeout_seconds = 300, wake_up = "callback" }
    called-narrow = { heartbeat_seconds = 180, timeout_seconds = 300, wake_up = "callback", max_concurrent_jobs = 3 }
    # Left to the tests' own worker for a while.
    shared       = { heartbeat_seconds = 30, timeout_seconds = 60, overflow_after_seconds = 4 }
    shared-heard = { heartbeat_seconds = 30, timeout_seconds = 60, overflow_after_seconds = 4, wake_up = "logs" }
  }
  # State machines that know nothing of a dispatcher: just the activity.
  bare     = toset([for name, activity in local.activities : name if contains(["poll", "logs"], try(activity.wake_up, "requests"))])
  machines = setsubtract(concat(keys(local.activities), ["fargate"]), local.bare)
}

resource "aws_s3_bucket" "code" {
  bucket        = "faulty-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "faulty.zip"
  source = var.package
}

module "function" {
  source = "../../../terraform/modules/function"

  name        = "faulty"
  description = "Misbehaves as its input says"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 20 }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "faulty"
  packages = { dir = var.packages_dir }
  backends = ["lambda", "ecs"]
  wake_ups = ["poll", "logs"]
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  # A poll for missed tasks would take tasks that are left to workers.
  dispatch = { missed_task_poll_minutes = 1440 }
}

# One function behind all of them.
module "jobs" {
  source = "../../../terraform/modules/backend-lambda"

  stack      = module.stack.handle
  name       = "faulty"
  activities = keys(local.activities)
  callbacks  = true
  settings   = { function_arn = module.function.arn, role = { name = module.function.role_name } }
}

module "activity" {
  source   = "../../../terraform/modules/activity"
  for_each = local.activities

  stack                  = module.stack.handle
  name                   = each.key
  backend                = module.jobs.backend
  heartbeat_seconds      = each.value.heartbeat_seconds
  timeout_seconds        = each.value.timeout_seconds
  max_concurrent_jobs    = try(each.value.max_concurrent_jobs, null)
  wake_up                = try(each.value.wake_up, null)
  overflow_after_seconds = try(each.value.overflow_after_seconds, null)
}

# A container without the worker: the reconciler sends its heartbeats, which the short interval shows.
module "fargate" {
  source = "../../../terraform/modules/activity"

  stack               = module.stack.handle
  name                = "fargate"
  ecs                 = { container = { image = "busybox:faulty", command = ["true"] } }
  heartbeat_seconds   = 15
  timeout_seconds     = 600
  allowed_overrides   = ["command"]
  max_concurrent_jobs = 5
  max_queue_seconds   = 60
}

locals {
  served = merge(module.activity, { fargate = module.fargate })
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = local.machines

  name = "faulty-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(local.served[each.key].process_state, { End = true }) }
  })
  policies = { dispatch = local.served[each.key].execution_policy_json }
}

# Two activities in one machine: no two states may have the same name, in branches either.
module "pair_state_machine" {
  source = "../../../terraform/modules/state-machine"

  name = "faulty-pair"
  definition = jsonencode({
    StartAt = "First"
    States = {
      First  = merge(local.served["steady"].process_state, { Next = "Second" })
      Second = merge(local.served["narrow"].process_state, { End = true })
    }
  })
  policies = { for name in ["steady", "narrow"] : name => local.served[name].execution_policy_json }
}

module "bare_state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = local.bare

  name = "faulty-${each.key}"
  definition = jsonencode({
    StartAt = "Wait"
    States = { Wait = {
      Type             = "Task"
      Resource         = local.served[each.key].arn
      HeartbeatSeconds = 30
      TimeoutSeconds   = 60
      End              = true
    } }
  })
  listener_arn = contains(["heard", "shared-heard"], each.key) ? module.stack.handle.listener_arn : null
}

output "state_machines" {
  value = { for name, machine in merge(module.state_machine, module.bare_state_machine, { pair = module.pair_state_machine }) : name => machine.arn }
}

output "activities" {
  value = { for name, activity in local.served : name => activity.arn if activity.arn != null }
}

output "functions" {
  value = module.stack.control_plane.functions
}

output "dead_letter_queue_url" {
  value = module.stack.control_plane.queues.dead_letter.url
}

output "task_table" {
  value = module.stack.handle.table.name
}

output "payload_bucket" {
  value = module.stack.handle.bucket.name
}
