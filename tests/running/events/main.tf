# Two activities that tell an event bus, one of a function and one of a container: for test_events.py.
terraform {
  required_version = ">= 1.11"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }
  backend "local" {
    path = "../../../build/events/terraform.tfstate"
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

resource "aws_cloudwatch_event_bus" "told" {
  name = "told"
}

# What the tests read: all that the bus gets.
resource "aws_sqs_queue" "told" {
  name = "told"
}

resource "aws_sqs_queue_policy" "told" {
  queue_url = aws_sqs_queue.told.url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "FromTheRule"
      Effect    = "Allow"
      Principal = { Service = "events.amazonaws.com" }
      Action    = "sqs:SendMessage"
      Resource  = aws_sqs_queue.told.arn
      Condition = { ArnEquals = { "aws:SourceArn" = aws_cloudwatch_event_rule.told.arn } }
    }]
  })
}

resource "aws_cloudwatch_event_rule" "told" {
  name           = "told"
  event_bus_name = aws_cloudwatch_event_bus.told.name
  event_pattern  = jsonencode({ source = ["activity-dispatch"] })
}

resource "aws_cloudwatch_event_target" "told" {
  rule           = aws_cloudwatch_event_rule.told.name
  event_bus_name = aws_cloudwatch_event_bus.told.name
  arn            = aws_sqs_queue.told.arn
  depends_on     = [aws_sqs_queue_policy.told]
}

resource "aws_s3_bucket" "code" {
  bucket        = "told-code"
  force_destroy = true
}

resource "aws_s3_object" "code" {
  bucket = aws_s3_bucket.code.id
  key    = "told.zip"
  source = var.package
}

module "function" {
  source = "../../../terraform/modules/function"

  name        = "told"
  handler     = "faulty.handle"
  package     = { bucket = aws_s3_bucket.code.id, key = aws_s3_object.code.key, hash = filebase64sha256(var.package) }
  environment = module.stack.worker_environment
  limits      = { timeout_seconds = 20 }
}

module "stack" {
  source = "../../../terraform/modules/stack"

  name     = "told"
  packages = { dir = var.packages_dir }
  backends = ["lambda", "ecs"]
  network = {
    vpc_id           = data.aws_vpc.default.id
    subnets          = data.aws_subnets.default.ids
    assign_public_ip = true
  }
  data        = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch    = { missed_task_poll_minutes = 1440 }
  event_buses = [aws_cloudwatch_event_bus.told.arn]
}

module "word" {
  source = "../../../terraform/modules/activity"

  stack  = module.stack.handle
  name   = "word"
  lambda = { function_arn = module.function.arn, role = { name = module.function.role_name } }

  heartbeat_seconds = 120
  timeout_seconds   = 300
  # The slot is freed by whoever sees the end of the job.
  max_concurrent_jobs = 1
  event_bus_arn       = aws_cloudwatch_event_bus.told.arn
}

module "film" {
  source = "../../../terraform/modules/activity"

  stack             = module.stack.handle
  name              = "film"
  ecs               = { container = { image = "busybox:told", command = ["true"] } }
  allowed_overrides = ["command"]

  heartbeat_seconds = 120
  timeout_seconds   = 300
  # The slot is freed by whoever sees the end of the job.
  max_concurrent_jobs = 1
  event_bus_arn       = aws_cloudwatch_event_bus.told.arn
}

locals {
  activities = { word = module.word, film = module.film }
}

module "state_machine" {
  source   = "../../../terraform/modules/state-machine"
  for_each = local.activities

  name = "told-${each.key}"
  definition = jsonencode({
    StartAt = "Work"
    States  = { Work = merge(each.value.process_state, { End = true }) }
  })
  policies = { dispatch = each.value.execution_policy_json }
}

output "state_machines" {
  value = { for key, machine in module.state_machine : key => machine.arn }
}

output "task_table" {
  value = module.stack.handle.table.name
}

output "reconciler" {
  value = module.stack.handle.reconciler_arn
}

output "queue_url" {
  value = aws_sqs_queue.told.url
}
