# A user's function behind activities in each wake-up mode that the second cloud has; it does as its input says.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
}

variable "package" {
  description = "Zip of the function."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
}

locals {
  activities = {
    steady        = {}
    narrow        = { max_concurrent_jobs = 4 }
    polled        = { wake_up = "poll" }
    called        = { wake_up = "callback", heartbeat_seconds = 240 }
    called-narrow = { wake_up = "callback", heartbeat_seconds = 240, max_concurrent_jobs = 3 }
  }
  processing = { for name in keys(local.activities) : name => {
    StartAt = "Process"
    States  = { Process = merge(module.activity[name].process_state, { End = true }) }
  } }
  definitions = merge({ for name, machine in local.processing : name => jsonencode(machine) }, {
    map = jsonencode({
      StartAt = "Each"
      States = { Each = {
        Type           = "Map"
        ItemsPath      = "$.items"
        MaxConcurrency = 4
        ItemProcessor  = merge({ ProcessorConfig = { Mode = "INLINE" } }, local.processing["steady"])
        End            = true
      } }
    })
    }, { for name, process in module.jsonata : name => jsonencode({
      QueryLanguage = "JSONata"
      StartAt       = "Process"
      States        = { Process = merge(process.state, { End = true }) }
  }) })
  # The machine polled runs without a policy.
  used     = merge({ for name in keys(local.activities) : name => name }, { map = "steady", jsonata = "steady", jsonata-callback = "called" })
  policies = { for name, activity in local.used : name => module.activity[activity].execution_policy_json if activity != "polled" }
}

resource "aws_s3_bucket" "code" {
  bucket        = "second-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "function.zip"
  source = var.package
}

module "function" {
  source = "../../../terraform/modules/function"

  name        = "second"
  description = "Does as its input says"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  # No test is about it, and fifty jobs at once share this machine's processors, where on AWS each has its own.
  limits = { timeout_seconds = 300 }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "second"
  packages = { dir = var.packages_dir }
  backends = ["lambda"]
  wake_ups = ["poll"]
  data     = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  watching = { saved_queries = false }
  # Each is one more process of this machine.
  dispatch = { max_dispatchers = 5, missed_task_poll_minutes = 1440 }
}

# One function behind all of them.
module "jobs" {
  source = "../../../terraform/modules/backend-lambda"

  stack      = module.stack.handle
  name       = "second"
  activities = keys(local.activities)
  callbacks  = true
  settings   = { function_arn = module.function.arn, role = { name = module.function.role_name } }
}

module "activity" {
  source   = "../../../terraform/modules/activity"
  for_each = local.activities

  stack               = module.stack.handle
  name                = each.key
  backend             = module.jobs.backend
  heartbeat_seconds   = try(each.value.heartbeat_seconds, 30)
  timeout_seconds     = 300
  max_concurrent_jobs = try(each.value.max_concurrent_jobs, null)
  wake_up             = try(each.value.wake_up, null)
}

# As a user has them whose machines are JSONata.
module "jsonata" {
  source   = "../../../terraform/modules/process-state"
  for_each = { jsonata = "steady", jsonata-callback = "called" }

  activity       = module.activity[each.value].activity
  query_language = "JSONata"
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = toset(concat(keys(local.activities), ["map", "jsonata", "jsonata-callback"]))

  name       = "second-${each.key}"
  definition = local.definitions[each.key]
  policies   = contains(keys(local.policies), each.key) ? { dispatch = local.policies[each.key] } : {}
}

output "stack" {
  value = {
    region                = module.stack.control_plane.region
    data_bucket           = module.stack.handle.bucket.name
    task_table            = module.stack.handle.table.name
    dispatch_queue_url    = module.stack.handle.queue.url
    dead_letter_queue_url = module.stack.control_plane.queues.dead_letter.url
    functions             = module.stack.control_plane.functions
    activities            = { for name, activity in module.activity : name => activity.arn if activity.arn != null }
    state_machines        = { for name, machine in module.state_machine : name => machine.arn }
  }
}
