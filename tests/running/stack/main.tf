# One stack with activities for all settings of docs/running.md.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/running/terraform.tfstate"
  }
}

variable "package" {
  description = "Zip of a function that does as its input says."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "running"
  packages = { dir = var.packages_dir }
  backends = ["lambda", "ecs", "batch"]
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data        = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch    = { missed_task_poll_minutes = 1440 }
  pools       = { gpus = { size = 8 } }
  event_buses = [aws_cloudwatch_event_bus.told.arn]
}

locals {
  activities = merge(module.of_function, module.of_container, { (local.chain) = module.chain })
  # Whose state machines have a process-state of their own, below.
  own_states = merge(
    { for name in ["warm", "cold", "killed"] : name => { activity = name, query_language = "JSONPath" } },
    { for language in ["JSONPath", "JSONata"] : "work-${language}" => { activity = "work", query_language = language } },
  )
  states = merge(
    { for name, activity in local.activities : name => { state = activity.process_state, policy = activity.execution_policy_json } },
    { for name, made in module.process_state : name => { state = made.state, policy = made.execution_policy_json } },
  )
}

module "process_state" {
  source   = "../../../terraform/modules/process-state"
  for_each = local.own_states

  activity       = local.activities[each.value.activity].activity
  query_language = each.value.query_language
  # A killed worker's task fails as Job.Failed, since nobody says why it was killed; one that is taken by nobody's poll times out.
  retry = [{ error_equals = ["Job.Failed", "Job.Interrupted", "States.Timeout"], interval_seconds = 1, max_attempts = each.value.activity == "work" ? 1 : 4 }]
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = local.states

  name = "running-${each.key}"
  definition = jsonencode({
    StartAt = "Cut & paste"
    States  = { "Cut & paste" = merge(each.value.state, { End = true }) }
  })
  policies = { dispatch = each.value.policy }
}

output "state_machines" {
  value = { for name, machine in module.state_machine : name => machine.arn }
}

output "task_table" {
  value = module.stack.handle.table.name
}

output "cluster" {
  value = module.stack.handle.cluster_arn
}

output "reconciler" {
  value = module.stack.handle.reconciler_arn
}

output "queue_url" {
  value = aws_sqs_queue.told.url
}
