# All backends, with limits and short times, for test_chaos.py to break.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/chaos/terraform.tfstate"
  }
}

variable "package" {
  description = "Zip of the faulty function."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

locals {
  # Short times: lost tasks are found within the test. Limits: slots are taken and freed all the time.
  times    = { heartbeat_seconds = 20, timeout_seconds = 90 }
  machines = ["lambda-jobs", "fargate", "batch", "chained", "warm"]
  # A chain's backends are called like the beginning of their activity's name.
  chained = "chained-on-demand"
  # One image, with and without the worker: a task's command decides.
  container        = { image = "busybox:chaos", command = ["true"] }
  container_limits = { allowed_overrides = ["command"], max_concurrent_jobs = 6, max_queue_seconds = 60 }
  # Its input: a folder for notes about tasks at work twice, how many seconds to work, and the exit code.
  warm = <<-EOT
    set -- $(tr -d '"' < "$TASK_INPUT")
    note="$1/$TASK_ID"
    [ -e "$note" ] && kill -0 "$(cat "$note")" && touch "$note.twice"
    echo $$ > "$note"
    sleep "$2"
    echo 1
    exit "$3"
  EOT
}

resource "aws_s3_bucket" "code" {
  bucket        = "chaos-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "chaos.zip"
  source = var.package
}

module "function" {
  source = "../../../terraform/modules/function"

  name        = "chaos"
  description = "Does as its input says"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 30 }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "chaos"
  packages = { dir = var.packages_dir }
  backends = ["lambda", "ecs", "batch"]
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  # Less than both have slots for.
  pools = { shared = { size = 12 } }
  activities = {
    lambda-jobs = merge(local.times, {
      lambda              = { function_arn = module.function.arn, role = { name = module.function.role_name } }
      max_concurrent_jobs = 10
      pool                = "shared"
    })
    fargate = merge(local.times, local.container_limits, { ecs = { container = local.container }, pool = "shared", weight = 2 })
    warm = merge(local.times, {
      ecs                 = { container = { image = "worker:chaos", command = ["sh", "-c", local.warm] } }
      max_concurrent_jobs = 1
      max_queue_seconds   = 60
      linger_seconds      = 5
    })
    batch = merge(local.times, local.container_limits, { batch = { container = local.container, job_timeout_seconds = 60 } })
  }
}

# Where the test moves the jobs of activity batch, and back: what a description names must be called like its activity.
module "batch_on_ecs" {
  source = "../../../terraform/modules/backend-ecs"

  stack    = module.stack.handle
  name     = "batch"
  settings = { container = local.container }
}

# Spot, where the test takes capacity away, then on demand, then Batch.
module "on_demand" {
  source = "../../../terraform/modules/backend-ecs"

  stack      = module.stack.handle
  name       = "chained-on"
  activities = [local.chained]
  settings   = { container = local.container }
}

module "last" {
  source = "../../../terraform/modules/backend-batch"

  stack      = module.stack.handle
  name       = "chained"
  activities = [local.chained]
  settings   = { container = local.container, job_timeout_seconds = 60 }
}

module "chained" {
  source = "../../../terraform/modules/activity"

  stack               = module.stack.handle
  name                = local.chained
  ecs                 = { container = local.container, capacity = [{ provider = "FARGATE_SPOT" }] }
  heartbeat_seconds   = local.times.heartbeat_seconds
  timeout_seconds     = local.times.timeout_seconds
  allowed_overrides   = local.container_limits.allowed_overrides
  max_concurrent_jobs = local.container_limits.max_concurrent_jobs
  max_queue_seconds   = local.container_limits.max_queue_seconds
  fallbacks = [
    { backend = module.on_demand.backend, after_interruption = true, max_queue_seconds = 60 },
    { backend = module.last.backend, after_interruption = true, max_queue_seconds = 60 },
  ]
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = toset(local.machines)

  name = "chaos-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(local.process_states[each.key], { End = true }) }
  })
  policies = { dispatch = local.policies[each.key] }
}

locals {
  process_states = merge(module.stack.process_states, { chained = module.chained.process_state })
  policies       = merge(module.stack.execution_policies_json, { chained = module.chained.execution_policy_json })
}

output "state_machines" {
  value = { for name, machine in module.state_machine : name => machine.arn }
}

output "batch_on_ecs" {
  value = { backend = module.batch_on_ecs.backend.kind, config = jsondecode(module.batch_on_ecs.backend.config) }
}

output "task_table" {
  value = module.stack.handle.table.name
}
