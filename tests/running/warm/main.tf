# Activities of small tasks, cold and warm: for test_warm_workers.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/warm/terraform.tfstate"
  }
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

locals {
  # A task's input is the file for its notes: what was done when, and by which worker.
  program = <<-EOT
    notes=$(tr -d '"' < "$TASK_INPUT")
    echo "$TASK_ID begin $PPID" >> "$notes"
    sleep 0.2
    echo "$TASK_ID end $PPID" >> "$notes"
    echo "\"$TASK_ID\""
  EOT

  linger_seconds = { cold = null, warm = 20, killed = 20 }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "warm"
  packages = { dir = var.packages_dir }
  backends = ["ecs"]
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch = { missed_task_poll_minutes = 1440 }
}

module "activity" {
  source   = "../../../terraform/modules/activity"
  for_each = local.linger_seconds

  stack               = module.stack.handle
  name                = each.key
  ecs                 = { container = { image = "worker:warm", command = ["sh", "-c", local.program] } }
  heartbeat_seconds   = 120
  timeout_seconds     = 600
  max_concurrent_jobs = 4
  linger_seconds      = each.value
  max_tasks_per_job   = 1000
}

module "process_state" {
  source   = "../../../terraform/modules/process-state"
  for_each = module.activity

  activity = each.value.activity
  # A killed worker's task fails as Job.Failed, since nobody says why it was killed; one that is taken by nobody's poll times out.
  retry = [{ error_equals = ["Job.Failed", "Job.Interrupted", "States.Timeout"], interval_seconds = 1, max_attempts = 4 }]
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = module.process_state

  name = "warm-${each.key}"
  definition = jsonencode({
    StartAt = "Small"
    States  = { Small = merge(each.value.state, { End = true }) }
  })
  policies = { dispatch = each.value.execution_policy_json }
}

output "state_machines" {
  value = { for name, machine in module.state_machine : name => machine.arn }
}

output "cluster" {
  value = module.stack.handle.cluster_arn
}

output "task_table" {
  value = module.stack.handle.table.name
}
