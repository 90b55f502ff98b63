# Jobs are ECS tasks on Fargate Spot, in existing subnets.
provider "aws" {
  region = "eu-west-1"
}

module "stack" {
  source = "../../modules/stack"

  name     = "reports"
  packages = var.packages
  network  = var.network
  backends = ["ecs"]
  activities = { report = {
    ecs = {
      container       = { image = var.image, stop_timeout_seconds = 60 }
      repository_arns = var.repository_arns
      size            = { cpu = 1, memory_mb = 2048 }
      capacity        = [{ provider = "FARGATE_SPOT" }]
    }
    timeout_seconds     = 1800
    max_concurrent_jobs = 20
    # What a task's input may override: {"job": {"command": [...], "memory_mb": 4096}}
    allowed_overrides = ["command", "cpu", "memory_mb"]
  } }
}

module "state_machine" {
  source = "../../modules/state-machine"

  name = "reports"
  definition = jsonencode({
    StartAt = "Report"
    States  = { Report = merge(module.stack.process_states.report, { End = true }) }
  })
  policies = { dispatch = module.stack.execution_policies_json.report }
}
