# Path, boundary, VPC and architecture of the functions. That every role and function has them: tests/repo/test_terraform_portable.py.
mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "jobs_may_have_a_boundary_of_their_own" {
  command = plan
  variables {
    iam = { permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary", job_permissions_boundary_arn = "arn:aws:iam::123456789012:policy/jobs" }
  }

  assert {
    condition     = local.function_iam.permissions_boundary_arn == "arn:aws:iam::123456789012:policy/boundary" && output.handle.iam.permissions_boundary_arn == "arn:aws:iam::123456789012:policy/jobs"
    error_message = "the stack's functions keep theirs, the handle has that of the jobs"
  }
}

run "roles_are_in_the_stack_s_path" {
  command = plan

  assert {
    condition     = jsonencode(local.function_iam) == jsonencode({ path = "/first/", permissions_boundary_arn = null }) && output.handle.iam.job_path == "/first/jobs/"
    error_message = "jobs' roles in a path of their own, below the stack's"
  }
}

run "path_and_boundary_can_be_chosen" {
  command = plan
  variables {
    iam = { path = "/company/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = local.function_iam == { path = "/company/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary" }
    error_message = "the functions' roles"
  }
  assert {
    condition     = output.handle.iam == { job_path = "/company/jobs/", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary" } && output.handle.starters == [for name in ["dispatcher", "reconciler"] : "arn:aws:iam::123456789012:role/company/first-${name}"]
    error_message = "activities' roles, and what functions let in"
  }
}

run "roles_of_0_1_0_can_stay_where_they_are" {
  command = plan
  variables {
    iam = { path = "/", job_path = "/" }
  }

  assert {
    condition     = output.handle.iam.job_path == "/" && local.pass_roles[0].Resource == ["arn:aws:iam::123456789012:role/first-*"] && output.handle.starters[0] == "arn:aws:iam::123456789012:role/first-dispatcher"
    error_message = "the root path"
  }
}

run "functions_run_in_a_vpc_if_asked_for" {
  command = plan
  variables {
    wake_ups  = ["poll", "logs"]
    functions = { vpc = { subnets = ["subnet-1", "subnet-2"], security_groups = ["sg-1"] }, architecture = "x86_64" }
  }

  assert {
    condition     = toset(keys(output.functions)) == toset(["dispatcher", "reporter", "reconciler", "poller", "listener"])
    error_message = "a function in a VPC must plan"
  }
}

run "policies_fit_with_the_longest_name_and_everything_asked_for" {
  command = plan
  variables {
    name      = "a-name-of-exactly-forty-characters-is-ok"
    wake_ups  = ["poll", "logs"]
    network   = {}
    functions = { vpc = { subnets = ["subnet-1"], security_groups = ["sg-1"] } }
    watching  = { tracing = true }

    event_buses = [for number in range(3) : "arn:aws:events:eu-west-1:123456789012:event-bus/a-bus-${number}"]

    data = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1", table_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/2", queue_kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/3" }
  }

  # With the policies of module function: tests/judges/growth.py.
  assert {
    condition     = alltrue([for size in values(local.policy_sizes) : size < local.max_policy_size - 500])
    error_message = "there must be room for names in existing"
  }
}
