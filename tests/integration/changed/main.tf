# Activities whose cluster and backend are changed, and one that is removed, while their jobs run: for test_changed_backends.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/changed/terraform.tfstate"
  }
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

variable "changed" {
  description = "Whether to apply the changes."
  type        = bool
  default     = false
}

locals {
  # A job without the worker lives on the reconciler's heartbeats, which the short interval shows.
  times = { heartbeat_seconds = 20, timeout_seconds = 300 }
  # Where the jobs of each activity run. null: there is no such activity any more.
  jobs_on = {
    clustered = "ecs"
    moving    = var.changed ? "ecs" : "batch"
    removed   = var.changed ? null : "batch"
  }
  activities = { for key, backend in local.jobs_on : key => backend if backend != null }
  machines   = setsubtract(keys(local.jobs_on), ["removed"])
  clusters   = toset(["cluster-one", "cluster-two"])
  container  = { image = "busybox:changed", command = ["true"] }
  # By name: the state machine outlives the activity.
  removed_arn = "arn:aws:states:eu-west-1:000000000000:activity:changed-removed"
}

resource "aws_ecs_cluster" "this" {
  for_each = local.clusters

  name = each.key
}

resource "aws_ecs_cluster_capacity_providers" "this" {
  for_each = local.clusters

  cluster_name       = aws_ecs_cluster.this[each.key].name
  capacity_providers = ["FARGATE"]
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "changed"
  packages = { dir = var.packages_dir }
  backends = ["ecs", "batch"]
  # Jobs that were started before the cluster was changed are watched and stopped too.
  existing = { cluster = "cluster-one", clusters = ["cluster-two"] }
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  # A poll for missed tasks would take a task with the description of a minute before.
  dispatch = { missed_task_poll_minutes = 1440 }
}

module "activity" {
  source   = "../../../terraform/modules/activity"
  for_each = local.activities

  stack             = module.stack.handle
  name              = each.key
  ecs               = each.value == "ecs" ? { container = local.container, cluster = var.changed ? "cluster-two" : "cluster-one" } : null
  batch             = each.value == "batch" ? { container = local.container } : null
  heartbeat_seconds = local.times.heartbeat_seconds
  timeout_seconds   = local.times.timeout_seconds
  allowed_overrides = ["command"]
  depends_on        = [aws_ecs_cluster_capacity_providers.this]
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = local.machines

  name = "changed-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.activity[each.key].process_state, { End = true }) }
  })
  policies = { dispatch = module.activity[each.key].execution_policy_json }
}

module "removed_state_machine" {
  source = "../../../terraform/modules/state-machine"

  name = "changed-removed"
  definition = jsonencode({
    StartAt = "Wait"
    States = { Wait = {
      Type             = "Task"
      Resource         = local.removed_arn
      HeartbeatSeconds = local.times.heartbeat_seconds
      TimeoutSeconds   = local.times.timeout_seconds
      End              = true
    } }
  })
}

output "state_machines" {
  value = { for name, machine in merge(module.state_machine, { removed = module.removed_state_machine }) : name => machine.arn }
}

output "removed_activity" {
  value = local.removed_arn
}

output "task_table" {
  value = module.stack.handle.table.name
}

output "dispatch_queue_url" {
  value = module.stack.handle.queue.url
}
