# Terraform merges this into the example's blocks of these names; the machines and their states stay as they are.
variable "packages" {
  default = null
}

variable "functions" {
  default = null
}

variable "image" {
  default = null
}

module "stack" {
  packages   = { dir = var.packages_dir }
  backends   = ["lambda"]
  network    = null
  data       = { keep_payloads = true, force_destroy = true, deletion_protection = false }
  dispatch   = { max_dispatchers = 5, missed_task_poll_minutes = 1440 }
  watching   = { saved_queries = false }
  activities = { for name, function in module.function : name => { lambda = { function_arn = function.arn, role = { name = function.role_name } } } }
}
