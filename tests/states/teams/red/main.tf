# Team red: two containers with images of their own, and a Batch job, from a state and with a role of its own.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../../build/teams/red.tfstate"
  }
}

variable "activities" {
  description = "Which of the team's activities there are."
  type        = set(string)
  default     = ["sketch", "paint", "print"]
}

variable "secrets" {
  description = "ARNs of a secret and of a parameter, by variable, for the containers of engrave, emboss and etch. {}: there are no such activities."
  type        = map(string)
  default     = {}
}

variable "has_sidecars" {
  description = "Whether the containers of engrave, emboss and etch have a sidecar."
  type        = bool
  default     = true
}

variable "has_paint_backend" {
  description = "Whether the backend of paint is there: it outlives the activity."
  type        = bool
  default     = true
}

locals {
  team = "red"
  iam  = { path = "/plane-teams/red/", permissions_boundary_arn = module.plane.handle.iam.permissions_boundary_arn }
  # By name: each image is a program of its own.
  images = { sketch = "red-sketch:1", paint = "red-paint:3", print = "red-print:1", engrave = "red-engrave:1", emboss = "red-engrave:1", etch = "busybox:1" }

  # What containers need, on ECS and on Batch: secrets, a volume, and a sidecar, whose end is not the job's.
  container = {
    image   = local.images.engrave
    command = ["sh", "-c", "echo run >> /mnt/plates/runs; printf '{\"key\": \"%s\", \"ink\": \"%s\", \"runs\": %s}' \"$KEY\" \"$INK\" \"$(wc -l < /mnt/plates/runs)\""]
    secrets = var.secrets
  }
  sidecars = { for name in ["meter"] : name => { image = "busybox:1", command = ["sh", "-c", "exit 3"], job_waits_for = "START" } if var.has_sidecars }
}

module "plane" {
  source = "../../../../terraform/modules/lookup"
  name   = "plane"
}

module "sketch" {
  source = "../../../../terraform/modules/activity"
  count  = contains(var.activities, "sketch") ? 1 : 0

  stack             = module.plane.handle
  name              = "red-sketch"
  ecs               = { container = { image = local.images.sketch } }
  heartbeat_seconds = 60
  timeout_seconds   = 300
}

# Made beside its activity, so that it can outlive it: open jobs keep their roles and their log.
module "easel" {
  source = "../../../../terraform/modules/backend-ecs"
  count  = var.has_paint_backend ? 1 : 0

  stack           = module.plane.handle
  name            = "red-paint"
  timeout_seconds = 300
  settings        = { container = { image = local.images.paint } }
}

module "paint" {
  source = "../../../../terraform/modules/activity"
  count  = contains(var.activities, "paint") ? 1 : 0

  stack             = module.plane.handle
  name              = "red-paint"
  backend           = module.easel[0].backend
  heartbeat_seconds = 60
  timeout_seconds   = 300
}

module "print" {
  source = "../../../../terraform/modules/activity"
  count  = contains(var.activities, "print") ? 1 : 0

  stack             = module.plane.handle
  name              = "red-print"
  batch             = { container = { image = local.images.print } }
  heartbeat_seconds = 60
  timeout_seconds   = 300
}

module "engrave" {
  source = "../../../../terraform/modules/activity"
  count  = length(var.secrets) == 0 ? 0 : 1

  stack             = module.plane.handle
  name              = "red-engrave"
  ecs               = { container = local.container, sidecars = local.sidecars, efs_volumes = { plates = { file_system_id = "fs-0123456789abcdef0", container_path = "/mnt/plates" } } }
  heartbeat_seconds = 60
  timeout_seconds   = 300
}

module "emboss" {
  source = "../../../../terraform/modules/activity"
  count  = length(var.secrets) == 0 ? 0 : 1

  stack             = module.plane.handle
  name              = "red-emboss"
  batch             = { container = local.container, sidecars = local.sidecars, efs_volumes = { plates = { file_system_id = "fs-0123456789abcdef1", container_path = "/mnt/plates" } } }
  heartbeat_seconds = 60
  timeout_seconds   = 300
}

# Without the worker: the end of its container is that of the task, and its last line the output.
module "etch" {
  source = "../../../../terraform/modules/activity"
  count  = length(var.secrets) == 0 ? 0 : 1

  stack             = module.plane.handle
  name              = "red-etch"
  batch             = { container = merge(local.container, { image = local.images.etch }), worker = false, sidecars = local.sidecars, efs_volumes = { plates = { file_system_id = "fs-0123456789abcdef2", container_path = "/mnt/plates" } } }
  heartbeat_seconds = 60
  timeout_seconds   = 300
}

# A state machine outlives its activity, and so names it itself.
module "state" {
  source   = "../../../../terraform/modules/process-state"
  for_each = local.images

  activity = {
    key               = "red-${each.key}"
    arn               = "arn:aws:states:eu-west-1:000000000000:activity:plane-red-${each.key}"
    heartbeat_seconds = 60
    timeout_seconds   = 300
    wake_up           = "requests"
    partition         = "aws"
    queue             = module.plane.handle.queue
  }
}

module "state_machine" {
  source   = "../../../../terraform/modules/state-machine"
  for_each = local.images

  name = "plane-red-${each.key}"
  definition = jsonencode({
    StartAt = "Process"
    States  = { Process = merge(module.state[each.key].state, { End = true }) }
  })
  policies = { dispatch = module.state[each.key].execution_policy_json }
  iam      = local.iam
}

output "state_machines" {
  value = { for name, machine in module.state_machine : name => machine.arn }
}
