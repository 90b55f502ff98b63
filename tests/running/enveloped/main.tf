# An activity whose tasks know their execution, in both query languages: for test_envelope.py and test_aborts.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/enveloped/terraform.tfstate"
  }
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
  default     = "../../../build/zip"
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "enveloped"
  packages = { dir = var.packages_dir }
  backends = ["ecs"]
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch = { missed_task_poll_minutes = 1440 }
  activities = { work = {
    ecs               = { container = { image = "busybox:enveloped", command = ["true"] } }
    heartbeat_seconds = 120
    timeout_seconds   = 600
    allowed_overrides = ["command"]
    job_tags          = { allowed = ["team"], facts = ["state_machine", "execution", "state"] }
  } }
}

module "process_state" {
  source   = "../../../terraform/modules/process-state"
  for_each = toset(["JSONPath", "JSONata"])

  activity       = module.stack.activities["work"].activity
  query_language = each.key
  retry          = [{ error_equals = ["Job.Failed"], interval_seconds = 1, max_attempts = 1 }]
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = module.process_state

  name = "enveloped-${each.key}"
  definition = jsonencode({
    StartAt = "Cut & paste"
    States  = { "Cut & paste" = merge(each.value.state, { End = true }) }
  })
  policies = { dispatch = each.value.execution_policy_json }
}

output "state_machines" {
  value = { for language, machine in module.state_machine : language => machine.arn }
}

output "task_table" {
  value = module.stack.handle.table.name
}
