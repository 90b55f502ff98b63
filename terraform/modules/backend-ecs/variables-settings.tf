variable "settings" {
  description = <<-EOT
    What runs, and where.

    - `container`: what runs. `image` with its tag; `command`, `entrypoint`: null: the image's own; `environment`; `secrets`:
      ARNs of secrets (with :KEY:STAGE:VERSION behind them) and parameters, by variable; `stop_timeout_seconds`: seconds from
      SIGTERM to SIGKILL, of which the worker gives its program 10 s less, to have time to report;
      `read_only_root_filesystem`: whether only /tmp is writable (an image with a user other than root needs `VOLUME /tmp`);
      `health_check`; `ulimits`; `log_options`: further options of the driver awslogs; `gpus`, `shared_memory_mb`: not on Fargate.
    - `worker`: whether the image has the worker. false: a container that knows nothing of tasks.
    - `sidecars`: containers beside the job's, by name. The task is judged by the job's container. `job_waits_for`: START,
      HEALTHY, COMPLETE or SUCCESS; `essential`: whether the task ends with it; the rest as in `container`.
    - `size`: `cpu`, `memory_mb`, `ephemeral_storage_gb` (null: the 20 GB that are free of charge), `architecture` (`X86_64` or
      `ARM64`).
    - `capacity`: ECS's capacity providers, each with `weight` and `base`; `[{ provider = "FARGATE_SPOT" }]` for Spot alone.
    - `compatibilities`: what the definition is registered for. null: FARGATE or EC2, as `capacity` needs.
    - `efs_volumes`: by name, `file_system_id`, `container_path`, `read_only`, `root_directory`, `access_point_id`.
    - `exec`: whether `aws ecs execute-command` may enter a running job.
    - `cluster`, `network`: name or ARN, and subnets and security groups. null: the stack's.
    - `job_timeout_seconds`: limit of the program alone, in seconds. null: the activity's.
    - `policies`: further permissions of the job: policy documents in JSON, by name.
    - `repository_arns`: ECR repositories that hold the images. `secret_kms_key_arns`: customer keys of the secrets.
    - `log_retention_days`: null: the stack's. `tags`: besides the stack's.
  EOT
  type = object({
    container = object({
      image                     = string
      command                   = optional(list(string))
      entrypoint                = optional(list(string))
      environment               = optional(map(string), {})
      secrets                   = optional(map(string), {})
      stop_timeout_seconds      = optional(number, 120)
      read_only_root_filesystem = optional(bool, false)
      health_check              = optional(object({ command = list(string), interval_seconds = optional(number, 30), timeout_seconds = optional(number, 5), retries = optional(number, 3), start_period_seconds = optional(number, 0) }))
      ulimits                   = optional(map(object({ soft = number, hard = number })), {})
      log_options               = optional(map(string), {})
      gpus                      = optional(number, 0)
      shared_memory_mb          = optional(number)
    })
    worker = optional(bool, true)
    sidecars = optional(map(object({
      image         = string
      command       = optional(list(string))
      entrypoint    = optional(list(string))
      environment   = optional(map(string), {})
      secrets       = optional(map(string), {})
      essential     = optional(bool, false)
      health_check  = optional(object({ command = list(string), interval_seconds = optional(number, 30), timeout_seconds = optional(number, 5), retries = optional(number, 3), start_period_seconds = optional(number, 0) }))
      job_waits_for = optional(string)
      log_options   = optional(map(string), {})
    })), {})
    size = optional(object({
      cpu                  = optional(number, 0.25)
      memory_mb            = optional(number, 512)
      ephemeral_storage_gb = optional(number)
      architecture         = optional(string, "X86_64")
    }), {})
    capacity        = optional(list(object({ provider = string, weight = optional(number, 1), base = optional(number, 0) })), [{ provider = "FARGATE" }])
    compatibilities = optional(list(string))
    efs_volumes = optional(map(object({
      file_system_id  = string
      container_path  = string
      read_only       = optional(bool, false)
      root_directory  = optional(string)
      access_point_id = optional(string)
    })), {})
    exec                = optional(bool, false)
    cluster             = optional(string)
    network             = optional(object({ subnets = list(string), security_groups = list(string), assign_public_ip = optional(bool, false) }))
    job_timeout_seconds = optional(number)
    policies            = optional(map(string), {})
    repository_arns     = optional(list(string), [])
    secret_kms_key_arns = optional(list(string), [])
    log_retention_days  = optional(number)
    tags                = optional(map(string), {})
  })
  validation {
    condition     = can(regex("^[^[:space:]]{1,255}$", var.settings.container.image))
    error_message = "container.image must be an image name of 1 to 255 characters without spaces. Given: \"${var.settings.container.image}\"."
  }
  validation {
    condition     = var.settings.container.stop_timeout_seconds >= 2 && var.settings.container.stop_timeout_seconds <= 120 && floor(var.settings.container.stop_timeout_seconds) == var.settings.container.stop_timeout_seconds
    error_message = "container.stop_timeout_seconds must be a whole number from 2 to 120. Given: ${var.settings.container.stop_timeout_seconds}."
  }
  validation {
    # Always set for the job.
    condition     = alltrue([for key in concat(keys(var.settings.container.environment), keys(var.settings.container.secrets)) : key != "" && !contains(["TASK_ID", "TASK_TABLE", "TASK_RETENTION_DAYS", "PAYLOAD_BUCKET"], key)]) && length(setintersection(concat(keys(var.settings.container.environment), ["AWS_REGION", "AWS_DEFAULT_REGION", "TASK_GRACE_SECONDS", "TASK_TIMEOUT_SECONDS"]), keys(var.settings.container.secrets))) == 0
    error_message = "container.environment and container.secrets must not have an empty name, one that both have or one that is set for the job: TASK_ID, TASK_TABLE, TASK_RETENTION_DAYS, PAYLOAD_BUCKET, nor secrets AWS_REGION, AWS_DEFAULT_REGION, TASK_GRACE_SECONDS or TASK_TIMEOUT_SECONDS. Given: ${join(", ", concat(keys(var.settings.container.environment), keys(var.settings.container.secrets)))}."
  }
  validation {
    condition     = alltrue([for arn in concat(values(var.settings.container.secrets), flatten([for sidecar in var.settings.sidecars : values(sidecar.secrets)])) : can(regex("^arn:[^:]+:(secretsmanager:[^:]+:[0-9]{12}:secret:|ssm:[^:]+:[0-9]{12}:parameter/)", arn))])
    error_message = "secrets must be ARNs of secrets or parameters, arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME or arn:aws:ssm:REGION:ACCOUNT:parameter/NAME. Given: ${join(", ", concat(values(var.settings.container.secrets), flatten([for sidecar in var.settings.sidecars : values(sidecar.secrets)])))}."
  }
  validation {
    condition     = alltrue([for name, sidecar in var.settings.sidecars : name != "job" && can(regex("^[a-zA-Z0-9_-]{1,255}$", name)) && can(regex("^[^[:space:]]{1,255}$", sidecar.image))])
    error_message = "sidecars must have names of letters, digits, - and _ other than job, and images without spaces. Given: ${jsonencode({ for name, sidecar in var.settings.sidecars : name => sidecar.image })}."
  }
  validation {
    # What ECS demands. https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
    condition     = alltrue([for sidecar in var.settings.sidecars : sidecar.job_waits_for == null ? true : lookup({ START = true, HEALTHY = sidecar.health_check != null, COMPLETE = !sidecar.essential, SUCCESS = !sidecar.essential }, sidecar.job_waits_for, false)])
    error_message = "sidecars must have null, START, HEALTHY (with a health_check), COMPLETE or SUCCESS (neither if essential) as job_waits_for. Given: ${jsonencode({ for name, sidecar in var.settings.sidecars : name => sidecar.job_waits_for })}."
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
    condition     = length(var.settings.capacity) >= 1 && length(var.settings.capacity) <= 20 && length([for item in var.settings.capacity : item if item.base > 0]) <= 1
    error_message = "capacity must have 1 to 20 providers, of which at most one has a base. Given: ${jsonencode(var.settings.capacity)}."
  }
  validation {
    condition     = length(distinct([for item in var.settings.capacity : startswith(item.provider, "FARGATE")])) == 1
    error_message = "capacity must not mix Fargate with other providers: ECS refuses such a strategy. Given: ${jsonencode(var.settings.capacity)}."
  }
  validation {
    condition     = var.settings.cluster == null ? true : can(regex("^(arn:[^:]+:ecs:[^:]+:[0-9]{12}:cluster/)?[a-zA-Z0-9_-]{1,255}$", var.settings.cluster))
    error_message = "cluster must be null, a cluster's name or its ARN, arn:aws:ecs:REGION:ACCOUNT:cluster/NAME. Given: \"${coalesce(var.settings.cluster, "null")}\"."
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
    condition     = var.settings.network == null ? true : length(var.settings.network.subnets) >= 1 && length(var.settings.network.subnets) <= 16 && length(var.settings.network.security_groups) >= 1 && length(var.settings.network.security_groups) <= 5
    error_message = "network must be null or have 1 to 16 subnets and 1 to 5 security_groups. Given: ${jsonencode(var.settings.network)}."
  }
  validation {
    condition     = var.settings.job_timeout_seconds == null ? true : var.settings.job_timeout_seconds >= 1 && floor(var.settings.job_timeout_seconds) == var.settings.job_timeout_seconds
    error_message = "job_timeout_seconds must be null or a whole number of at least 1. Given: ${var.settings.job_timeout_seconds == null ? "null" : var.settings.job_timeout_seconds}."
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
