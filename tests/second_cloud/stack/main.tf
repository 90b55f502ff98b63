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

variable "endpoint" {
  type = string
}

variable "package" {
  description = "Zip of the function."
  type        = string
}

variable "packages_dir" {
  description = "Folder with the zips of the stack's functions."
  type        = string
}

provider "aws" {
  region                      = "eu-west-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_metadata_api_check     = true
  skip_credentials_validation = true
  s3_use_path_style           = true
  endpoints {
    cloudwatch     = var.endpoint
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    events         = var.endpoint
    iam            = var.endpoint
    lambda         = var.endpoint
    s3             = var.endpoint
    sfn            = var.endpoint
    sqs            = var.endpoint
    sts            = var.endpoint
  }
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
    States  = { Process = merge(module.stack.process_states[name], { End = true }) }
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
    # As a user writes them whose machines are JSONata.
    jsonata = templatefile("${path.module}/process.asl.json", {
      queue_url    = module.stack.dispatch_queue_url
      activity_arn = module.stack.activities["steady"]
    })
    jsonata-callback = templatefile("${path.module}/callback.asl.json", {
      queue_url = module.stack.dispatch_queue_url
      callback  = "called"
    })
  })
  # The machine polled runs without a policy.
  policies = merge(module.stack.execution_policies_json, {
    map              = module.stack.execution_policies_json["steady"]
    jsonata          = module.stack.execution_policies_json["steady"]
    jsonata-callback = module.stack.execution_policies_json["called"]
  })
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

  name            = "second"
  description     = "Does as its input says"
  handler         = "faulty.handle"
  package         = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment     = module.stack.worker_environment
  timeout_seconds = 60
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name         = "second"
  packages_dir = var.packages_dir
  data         = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  lambda_activities = { for name, settings in local.activities : name => merge(
    { heartbeat_seconds = 30, timeout_seconds = 300 },
    settings,
    { function_arn = module.function.arn, role_name = module.function.role_name },
  ) }
  dispatch = {
    # Each is one more process of this machine.
    max_dispatchers          = 5
    missed_task_poll_minutes = 1440
    # A test creates the last one.
    state_machine_arns = [for name in concat(keys(local.definitions), ["short-lived"]) : "arn:aws:states:eu-west-1:000000000000:stateMachine:second-${name}"]
  }
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = toset(concat(keys(local.activities), ["map", "jsonata", "jsonata-callback"]))

  name       = "second-${each.key}"
  definition = local.definitions[each.key]
  policies   = contains(keys(local.policies), each.key) ? { dispatch = local.policies[each.key] } : {}
}

output "stack" {
  value = merge(module.stack, { state_machines = { for name, machine in module.state_machine : name => machine.arn } })
}
