variable "names" {
  description = <<-EOT
    Other names for what is called after the stack.

    - `task_table`, `dispatch_queue` (its dead letters: `-dead-letter` behind it), `report_dead_letter_queue`.
    - `data_bucket`, `package_bucket`.
    - `cluster`, `job_queue`, `job_security_group`.
    - `handle`: the SSM parameter.
    - `functions`: by role, dispatcher, reporter, reconciler, poller, listener; the function's role, log group and alarms too.
  EOT
  type = object({
    task_table               = optional(string)
    dispatch_queue           = optional(string)
    report_dead_letter_queue = optional(string)
    data_bucket              = optional(string)
    package_bucket           = optional(string)
    cluster                  = optional(string)
    job_queue                = optional(string)
    job_security_group       = optional(string)
    handle                   = optional(string)
    functions                = optional(map(string), {})
  })
  default  = {}
  nullable = false
  validation {
    condition     = length(setsubtract(keys(var.names.functions), ["dispatcher", "reporter", "reconciler", "poller", "listener"])) == 0
    error_message = "names.functions may only contain dispatcher, reporter, reconciler, poller and listener. Given: ${join(", ", keys(var.names.functions))}."
  }
  validation {
    condition     = var.names.handle == null ? true : can(regex("^/[a-zA-Z0-9_./-]+$", var.names.handle))
    error_message = "names.handle must be null or a name that begins with /, of letters, digits, /, ., - and _. Given: \"${coalesce(var.names.handle, "null")}\"."
  }
}

variable "iam" {
  description = <<-EOT
    What roles have in common.

    - `path`: IAM path of the roles of the stack's functions. null: /NAME/.
    - `job_path`: IAM path of the jobs' roles; whoever may create roles NAME-* in it may have them given to jobs. null: PATHjobs/.
      Both stay as they are once there are activities: AWS moves no role, and Terraform makes the new one first, whose name is taken.
    - `permissions_boundary_arn`: policy that bounds every role, those of activities too. null: none.
    - `job_permissions_boundary_arn`: another one for the roles of activities; the handle has it, so that teams give it to
      theirs. SECURITY.md says what it must not allow. null: `permissions_boundary_arn`.
  EOT
  type = object({
    path                         = optional(string)
    job_path                     = optional(string)
    permissions_boundary_arn     = optional(string)
    job_permissions_boundary_arn = optional(string)
  })
  default  = {}
  nullable = false
  validation {
    condition     = alltrue([for path in [var.iam.path, var.iam.job_path] : path == null ? true : can(regex("^/([A-Za-z0-9_.,+@=-]+/)*$", path))])
    error_message = "iam.path and iam.job_path must be null or begin and end with /. Given: ${jsonencode(var.iam)}."
  }
  validation {
    condition     = alltrue([for arn in [var.iam.permissions_boundary_arn, var.iam.job_permissions_boundary_arn] : arn == null ? true : can(regex("^arn:[^:]+:iam::([0-9]{12}|aws):policy/.+$", arn))])
    error_message = "iam.permissions_boundary_arn and iam.job_permissions_boundary_arn must be null or arn:aws:iam::ACCOUNT:policy/NAME. Given: ${jsonencode(var.iam)}."
  }
}

variable "functions" {
  description = <<-EOT
    Where the stack's functions run.

    - `vpc`: subnets and security groups, as in module function; docs/operations.md lists the endpoints that they need. null:
      Lambda's own network.
    - `architecture`: arm64 or x86_64.
  EOT
  type = object({
    vpc          = optional(object({ subnets = list(string), security_groups = list(string) }))
    architecture = optional(string, "arm64")
  })
  default  = {}
  nullable = false
}

variable "dispatch" {
  description = <<-EOT
    Settings of the dispatcher.

    - `max_dispatchers`: limit of its concurrent invocations. Each makes up to 40 polls at a time, and an activity has at
      most 1,000 pollers.
    - `missed_task_poll_minutes`: how often to poll each activity for tasks whose dispatch request was lost, in minutes. A
      poll that finds none occupies the dispatcher for a minute.
    - `paused`: whether requests stay in the queue, during a migration for example.
    - `reserved_concurrency`: what jobs can't take away from the stack; also a limit of these functions. It is taken from
      the account's, of which 100 stay unreserved. `enabled = false` reserves nothing, for accounts with a low limit, such
      as new ones (10). The dispatcher gets `max_dispatchers`; `reporter` is how many ends of jobs are handled at a time,
      each up to 15 s if the container has no worker; `reconciler`: a pass begins every minute and may take five.
  EOT
  type = object({
    max_dispatchers          = optional(number, 20)
    missed_task_poll_minutes = optional(number, 15)
    paused                   = optional(bool, false)
    reserved_concurrency = optional(object({
      enabled    = optional(bool, true)
      reporter   = optional(number, 50)
      reconciler = optional(number, 5)
    }), {})
  })
  default  = {}
  nullable = false
  validation {
    condition     = var.dispatch.max_dispatchers >= 2 && var.dispatch.max_dispatchers <= 1000 && floor(var.dispatch.max_dispatchers) == var.dispatch.max_dispatchers
    error_message = "dispatch.max_dispatchers must be a whole number from 2 to 1000. Given: ${var.dispatch.max_dispatchers}."
  }
  validation {
    condition     = var.dispatch.missed_task_poll_minutes >= 1 && var.dispatch.missed_task_poll_minutes <= 1440 && floor(var.dispatch.missed_task_poll_minutes) == var.dispatch.missed_task_poll_minutes
    error_message = "dispatch.missed_task_poll_minutes must be a whole number from 1 to 1440. Given: ${var.dispatch.missed_task_poll_minutes}."
  }
  validation {
    condition     = alltrue([for count in [var.dispatch.reserved_concurrency.reporter, var.dispatch.reserved_concurrency.reconciler] : count >= 1 && floor(count) == count])
    error_message = "dispatch.reserved_concurrency must have whole numbers of at least 1; to reserve nothing, set enabled = false. Given: ${jsonencode(var.dispatch.reserved_concurrency)}."
  }
}
