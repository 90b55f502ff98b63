variable "settings" {
  description = <<-EOT
    What runs, and where.

    - `container`: what runs. `image` with its tag; `command`: null: the image's own (Batch always keeps the image's entrypoint);
      `environment`; `secrets`: ARNs of secrets (with :KEY:STAGE:VERSION behind them) and parameters, by variable;
      `read_only_root_filesystem`: whether only what the image declares as `VOLUME` is writable; `log_options`: further options of
      the driver awslogs; `ulimits`, `shared_memory_mb`: EC2 only.
    - `worker`: whether the image has the worker. false: a container that knows nothing of tasks.
    - `sidecars`: containers beside the job's, by name. The task is judged by the job's container. `job_waits_for`: START,
      COMPLETE or SUCCESS; `essential`: whether the job ends with it; `size`: its part of the job's `size`, `cpu` (null: 0.25, on
      EC2 1) and `memory_mb`; the rest as in `container`.
    - `size`: of the job, its sidecars included: `cpu`, `memory_mb`, `gpus` (EC2 only), `ephemeral_storage_gb` (Fargate only;
      null: the 20 GB that are free of charge), `architecture` (`X86_64` or `ARM64`).
    - `compute`: a queue and compute of its own. `type`: `FARGATE` or `EC2`; `spot`; `max_cpus`: limit of vCPUs in use at once;
      `instance_types`: EC2 only, null: whatever fits. With `job_queue` it says what that queue has, and creates nothing. null:
      the stack's queue, or, if the stack has none, Fargate.
    - `job_queue`: name or ARN of an existing queue. Use the name if the same configuration creates the queue: its ARN is unknown
      at plan time.
    - `scheduling_policy_arn`: the scheduling policy of the queue of its own, or the one that `job_queue` or the stack's queue has. Jobs then
      bear the share of `share_key` and `batch_priority`. null: the queue has none.
    - `network`: for compute of its own, VPC, subnets and security groups ([]: one is created); null: the stack's.
    - `attempts`: how often Batch itself runs a job whose host is lost. 1: once; the Retry of the process state asks for a new job.
    - `efs_volumes`: by name, `file_system_id`, `container_path`, `read_only`, `root_directory`, `access_point_id`.
    - `job_timeout_seconds`: limit of an attempt, in seconds. After that the worker ends its program, and a minute later Batch
      ends the container; one without a worker it ends at once. null: the activity's.
    - `policies`: further permissions of the job: policy documents in JSON, by name. `tags`: besides the stack's.
    - `repository_arns`: ECR repositories that hold the images. `secret_kms_key_arns`: customer keys of the secrets.
    - `log_retention_days`: null: the stack's. `execution_role_name`: null: NAME-job-execution.
  EOT
  type = object({
    container = object({
      image                     = string
      command                   = optional(list(string))
      environment               = optional(map(string), {})
      secrets                   = optional(map(string), {})
      read_only_root_filesystem = optional(bool, false)
      log_options               = optional(map(string), {})
      ulimits                   = optional(map(object({ soft = number, hard = number })), {})
      shared_memory_mb          = optional(number)
    })
    worker = optional(bool, true)
    sidecars = optional(map(object({
      image         = string
      command       = optional(list(string))
      environment   = optional(map(string), {})
      secrets       = optional(map(string), {})
      essential     = optional(bool, false)
      job_waits_for = optional(string)
      log_options   = optional(map(string), {})
      size          = optional(object({ cpu = optional(number), memory_mb = optional(number, 512) }), {})
    })), {})
    size = optional(object({
      cpu                  = optional(number, 1)
      memory_mb            = optional(number, 2048)
      gpus                 = optional(number, 0)
      ephemeral_storage_gb = optional(number)
      architecture         = optional(string, "X86_64")
    }), {})
    compute               = optional(object({ type = optional(string, "FARGATE"), spot = optional(bool, false), max_cpus = optional(number, 64), instance_types = optional(list(string)) }))
    job_queue             = optional(string)
    scheduling_policy_arn = optional(string)
    network               = optional(object({ vpc_id = optional(string), subnets = list(string), security_groups = optional(list(string), []), assign_public_ip = optional(bool, false) }))
    attempts              = optional(number, 1)
    efs_volumes           = optional(map(object({ file_system_id = string, container_path = string, read_only = optional(bool, false), root_directory = optional(string), access_point_id = optional(string) })), {})
    job_timeout_seconds   = optional(number)
    policies              = optional(map(string), {})
    execution_role_name   = optional(string)
    repository_arns       = optional(list(string), [])
    secret_kms_key_arns   = optional(list(string), [])
    log_retention_days    = optional(number)
    tags                  = optional(map(string), {})
  })
  validation {
    condition     = can(regex("^[^[:space:]]{1,255}$", var.settings.container.image))
    error_message = "container.image must be an image name of 1 to 255 characters without spaces. Given: \"${var.settings.container.image}\"."
  }
  validation {
    # Always set for the job.
    condition     = alltrue([for key in concat(keys(var.settings.container.environment), keys(var.settings.container.secrets)) : key != "" && !startswith(key, "AWS_BATCH") && !contains(["TASK_ID", "TASK_TABLE", "TASK_RETENTION_DAYS", "PAYLOAD_BUCKET"], key)]) && length(setintersection(concat(keys(var.settings.container.environment), ["AWS_REGION", "AWS_DEFAULT_REGION", "TASK_TIMEOUT_SECONDS"]), keys(var.settings.container.secrets))) == 0
    error_message = "container.environment and container.secrets must not have an empty name, one that both have or one that is set for the job: TASK_ID, TASK_TABLE, TASK_RETENTION_DAYS, PAYLOAD_BUCKET, AWS_BATCH..., nor secrets AWS_REGION, AWS_DEFAULT_REGION or TASK_TIMEOUT_SECONDS. Given: ${join(", ", concat(keys(var.settings.container.environment), keys(var.settings.container.secrets)))}."
  }
  validation {
    condition     = alltrue([for arn in concat(values(var.settings.container.secrets), flatten([for sidecar in var.settings.sidecars : values(sidecar.secrets)])) : can(regex("^arn:[^:]+:(secretsmanager:[^:]+:[0-9]{12}:secret:|ssm:[^:]+:[0-9]{12}:parameter/)", arn))])
    error_message = "secrets must be ARNs of secrets or parameters, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME or arn:aws:ssm:REGION:ACCOUNT:parameter/NAME. Given: ${join(", ", concat(values(var.settings.container.secrets), flatten([for sidecar in var.settings.sidecars : values(sidecar.secrets)])))}."
  }
  validation {
    # Batch's limit is 10 containers, the job's among them.
    condition     = length(var.settings.sidecars) <= 9 && alltrue([for name, sidecar in var.settings.sidecars : name != "job" && can(regex("^[a-zA-Z0-9_-]{1,255}$", name)) && can(regex("^[^[:space:]]{1,255}$", sidecar.image))])
    error_message = "sidecars must be at most 9, with names of letters, digits, - and _ other than job, and images without spaces. Given: ${jsonencode({ for name, sidecar in var.settings.sidecars : name => sidecar.image })}."
  }
  validation {
    condition     = alltrue(flatten([for sidecar in var.settings.sidecars : [for key in concat(keys(sidecar.environment), keys(sidecar.secrets)) : key != "" && !startswith(key, "AWS_BATCH")]])) && alltrue([for sidecar in var.settings.sidecars : length(setintersection(keys(sidecar.environment), keys(sidecar.secrets))) == 0])
    error_message = "sidecars must not have, in environment and secrets, an empty name, one that both have or AWS_BATCH..., which Batch sets. Given: ${jsonencode({ for name, sidecar in var.settings.sidecars : name => concat(keys(sidecar.environment), keys(sidecar.secrets)) })}."
  }
  validation {
    # What Batch demands, which has no health checks. https://docs.aws.amazon.com/batch/latest/APIReference/API_TaskContainerDependency.html
    condition     = alltrue([for sidecar in var.settings.sidecars : sidecar.job_waits_for == null ? true : lookup({ START = true, COMPLETE = !sidecar.essential, SUCCESS = !sidecar.essential }, sidecar.job_waits_for, false)])
    error_message = "sidecars must have null, START, COMPLETE or SUCCESS (neither of these if essential) as job_waits_for. Given: ${jsonencode({ for name, sidecar in var.settings.sidecars : name => sidecar.job_waits_for })}."
  }
  validation {
    condition     = contains(["X86_64", "ARM64"], var.settings.size.architecture)
    error_message = "size.architecture must be X86_64 or ARM64. Given: \"${var.settings.size.architecture}\"."
  }
  validation {
    condition     = var.settings.size.ephemeral_storage_gb == null ? true : var.settings.size.ephemeral_storage_gb >= 21 && var.settings.size.ephemeral_storage_gb <= 200 && floor(var.settings.size.ephemeral_storage_gb) == var.settings.size.ephemeral_storage_gb
    error_message = "size.ephemeral_storage_gb must be null or a whole number from 21 to 200. Given: ${var.settings.size.ephemeral_storage_gb == null ? "null" : var.settings.size.ephemeral_storage_gb}."
  }
  validation {
    condition     = var.settings.compute == null ? true : contains(["FARGATE", "EC2"], var.settings.compute.type) && var.settings.compute.max_cpus >= 1 && floor(var.settings.compute.max_cpus) == var.settings.compute.max_cpus
    error_message = "compute must have FARGATE or EC2 as type and a whole number of at least 1 as max_cpus. Given: ${jsonencode(var.settings.compute)}."
  }
  validation {
    condition     = try(var.settings.compute.instance_types, null) == null ? true : var.settings.compute.type == "EC2" && length(var.settings.compute.instance_types) > 0 && alltrue([for type in var.settings.compute.instance_types : can(regex("^[a-z0-9_-]+(\\.[a-z0-9-]+)?$", type))])
    error_message = "compute.instance_types must be null or, on EC2, types or families such as m7i.large or c7i. Given: ${join(", ", coalesce(try(var.settings.compute.instance_types, null), ["null"]))}."
  }
  validation {
    condition     = var.settings.job_queue == null ? true : can(regex("^(arn:[^:]+:batch:[^:]+:[0-9]{12}:job-queue/)?[a-zA-Z0-9_-]{1,128}$", var.settings.job_queue))
    error_message = "job_queue must be null, a queue's name or its ARN, arn:aws:batch:REGION:ACCOUNT:job-queue/NAME. Given: \"${coalesce(var.settings.job_queue, "null")}\"."
  }
  validation {
    condition     = alltrue([for name, volume in var.settings.efs_volumes : can(regex("^[a-zA-Z0-9_-]{1,255}$", name)) && name != "tmp" && startswith(volume.file_system_id, "fs-") && startswith(volume.container_path, "/") && (volume.access_point_id == null || coalesce(volume.root_directory, "/") == "/")])
    error_message = "efs_volumes must have names of letters, digits, - and _ other than tmp, a file_system_id of fs-..., an absolute container_path, and no root_directory with an access_point_id, which has its own. Given: ${jsonencode(var.settings.efs_volumes)}."
  }
  validation {
    condition     = var.settings.log_retention_days == null ? true : contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.settings.log_retention_days)
    error_message = "log_retention_days must be null or a period that CloudWatch Logs offers: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653. Given: ${var.settings.log_retention_days == null ? "null" : var.settings.log_retention_days}."
  }
  validation {
    condition     = var.settings.network == null ? true : length(var.settings.network.subnets) >= 1 && length(var.settings.network.subnets) <= 16 && length(var.settings.network.security_groups) <= 5 && (length(var.settings.network.security_groups) > 0 || var.settings.network.vpc_id != null)
    error_message = "network must be null or have 1 to 16 subnets and 1 to 5 security_groups, or a vpc_id for a new one. Given: ${jsonencode(var.settings.network)}."
  }
  validation {
    condition     = var.settings.attempts >= 1 && var.settings.attempts <= 10 && floor(var.settings.attempts) == var.settings.attempts
    error_message = "attempts must be a whole number from 1 to 10. Given: ${var.settings.attempts}."
  }
  validation {
    condition     = var.settings.job_timeout_seconds == null ? true : var.settings.job_timeout_seconds >= 60 && floor(var.settings.job_timeout_seconds) == var.settings.job_timeout_seconds
    error_message = "job_timeout_seconds must be null or a whole number of at least 60. Given: ${var.settings.job_timeout_seconds == null ? "null" : var.settings.job_timeout_seconds}."
  }
  validation {
    condition     = !contains(keys(var.settings.policies), "worker") && alltrue([for policy in values(var.settings.policies) : can(jsondecode(policy).Statement)])
    error_message = "policies must be policy documents in JSON, each with a Statement, and none called worker, as the module's own. Given: ${join(", ", keys(var.settings.policies))}."
  }
  validation {
    condition     = alltrue([for arn in var.settings.repository_arns : can(regex("^arn:[^:]+:ecr:[^:]+:[0-9]{12}:repository/[^*]+$", arn))])
    error_message = "repository_arns must be arn:aws:ecr:REGION:ACCOUNT:repository/NAME. Given: ${join(", ", var.settings.repository_arns)}."
  }
}
