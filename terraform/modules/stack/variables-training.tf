variable "sagemaker" {
  description = <<-EOT
    The activity sagemaker, whose jobs are SageMaker training jobs. null: none.

    - `container`, `instances`, `hyperparameters`, `metrics`, `network`: as in module backend-sagemaker.
    - `storage`: as there. A URI that is null: models/ or checkpoints/ in the data bucket.
    - `repository_arns`, `policies`: as in module backend-sagemaker.
    - `heartbeat_seconds`: long enough for the reconciler, which sends a heartbeat every minute.
    - `timeout_seconds`: limit from dispatch to outcome, in seconds.
    - `job_timeout_seconds`: limit of the training alone, in seconds. null: `timeout_seconds`.
    - `max_wait_seconds`: limit of training and waiting for instances together, in seconds; Spot only.
    - `allowed_overrides`: what the "job" object of a task may set: `environment.NAME`, `instance_type`,
      `instance_count`, `volume_gb`, `timeout_seconds`; docs/contract.md.
    - `max_concurrent_jobs`, `max_queue_seconds`, `wake_up`, `pollers`, `overflow_after_seconds`: as in module
      dispatcher.
  EOT
  type = object({
    container = object({
      image       = string
      entrypoint  = optional(list(string))
      arguments   = optional(list(string))
      environment = optional(map(string))
    })
    instances = optional(object({
      type           = optional(string)
      count          = optional(number)
      volume_gb      = optional(number)
      spot           = optional(bool)
      encrypt_volume = optional(bool)
    }))
    storage = optional(object({
      output_s3_uri     = optional(string)
      checkpoint_s3_uri = optional(string)
      input_s3_uris     = optional(map(string))
    }), {})
    hyperparameters        = optional(map(string), {})
    metrics                = optional(map(string), {})
    network                = optional(object({ subnets = optional(list(string)), security_groups = optional(list(string)), isolated = optional(bool) }))
    repository_arns        = optional(list(string), [])
    policies               = optional(map(string), {})
    heartbeat_seconds      = optional(number, 900)
    timeout_seconds        = optional(number, 21600)
    job_timeout_seconds    = optional(number)
    max_wait_seconds       = optional(number)
    allowed_overrides      = optional(list(string), [])
    max_concurrent_jobs    = optional(number)
    max_queue_seconds      = optional(number)
    wake_up                = optional(string, "requests")
    pollers                = optional(number, 2)
    overflow_after_seconds = optional(number)
  })
  default = null
  validation {
    condition     = var.sagemaker == null ? true : var.sagemaker.heartbeat_seconds >= 1 && var.sagemaker.heartbeat_seconds < var.sagemaker.timeout_seconds
    error_message = "sagemaker must have a heartbeat_seconds of at least 1 and below timeout_seconds. Given: ${try(var.sagemaker.heartbeat_seconds, "null")} and ${try(var.sagemaker.timeout_seconds, "null")}."
  }
  validation {
    condition     = length(setsubtract([for entry in try(var.sagemaker.allowed_overrides, []) : entry if !can(regex("^environment\\.[A-Za-z_]", entry))], ["instance_type", "instance_count", "volume_gb", "timeout_seconds"])) == 0
    error_message = "sagemaker.allowed_overrides may only contain instance_type, instance_count, volume_gb, timeout_seconds, and variables one by one, as environment.NAME or environment.PREFIX*. Given: ${join(", ", try(var.sagemaker.allowed_overrides, []))}."
  }
}

variable "training" {
  description = <<-EOT
    Sweeps of trainings; see docs/training.md. null: none.

    - `image`: runs as `IMAGE train` on SageMaker and as the program of a task on Batch.
    - `environment`, `repository_arns`: of that image.
    - `batch`, `sagemaker`: where to train; each that is not null gets a state machine.
    - `hyperparameters`: what a sweep may vary: `type` is integer, number or text, `min` and `max` are the limits of
      its value.
    - `metrics`: as in module backend-sagemaker.
    - `objective`: the `metric` to compare, and as `goal` whether the highest or the lowest value is best.
    - `max_trainings`: limit of trainings in a sweep.
    - `max_concurrency`: limit of trainings at once.
    - `heartbeat_seconds`, `timeout_seconds`, `job_timeout_seconds`: of each training, as in `sagemaker`.
  EOT
  type = object({
    image           = string
    environment     = optional(map(string), {})
    repository_arns = optional(list(string), [])
    batch = optional(object({
      size      = optional(object({ cpu = optional(number), memory_mb = optional(number), gpus = optional(number), architecture = optional(string) }))
      compute   = optional(object({ type = optional(string), spot = optional(bool), max_cpus = optional(number), instance_types = optional(list(string)) }))
      job_queue = optional(string)
    }))
    sagemaker = optional(object({
      instances        = optional(object({ type = optional(string), count = optional(number), volume_gb = optional(number), spot = optional(bool) }))
      max_wait_seconds = optional(number)
      network          = optional(object({ subnets = optional(list(string)), security_groups = optional(list(string)), isolated = optional(bool) }))
    }))
    hyperparameters = optional(map(object({ type = string, min = optional(number), max = optional(number) })), {
      learning_rate = { type = "number", min = 0.000001, max = 10 }
      epochs        = { type = "integer", min = 1, max = 1000 }
      batch_size    = { type = "integer", min = 1, max = 1024 }
      channels      = { type = "integer", min = 1, max = 256 }
      dropout       = { type = "number", min = 0, max = 0.9 }
      momentum      = { type = "number", min = 0, max = 0.999 }
      seed          = { type = "integer", min = 0, max = 1000000 }
    })
    metrics = optional(map(string), {
      epoch               = "epoch=([0-9]+)/"
      train_loss          = "train_loss=([0-9.]+)"
      validation_loss     = "validation_loss=([0-9.]+)"
      validation_accuracy = "validation_accuracy=([0-9.]+)"
    })
    objective           = optional(object({ metric = string, goal = string }), { metric = "validation_accuracy", goal = "highest" })
    max_trainings       = optional(number, 100)
    max_concurrency     = optional(number, 4)
    heartbeat_seconds   = optional(number, 900)
    timeout_seconds     = optional(number, 21600)
    job_timeout_seconds = optional(number)
  })
  default = null
  validation {
    condition     = var.training == null ? true : var.training.batch != null || var.training.sagemaker != null
    error_message = "training must set batch, sagemaker or both. Given: neither."
  }
  validation {
    condition     = alltrue([for item in values(try(var.training.hyperparameters, {})) : contains(["integer", "number", "text"], item.type)])
    error_message = "training.hyperparameters must have a type of integer, number or text. Given: ${jsonencode(try(var.training.hyperparameters, null))}."
  }
  validation {
    condition     = contains(["highest", "lowest"], try(var.training.objective.goal, "highest"))
    error_message = "training.objective.goal must be highest or lowest. Given: \"${try(var.training.objective.goal, "null")}\"."
  }
  validation {
    # A sweep's trainings must fit into a state's 256 KiB of data; an inline Map runs at most 40 iterations at once.
    condition     = var.training == null ? true : var.training.max_trainings >= 1 && var.training.max_trainings <= 200 && var.training.max_concurrency >= 1 && var.training.max_concurrency <= 40
    error_message = "training must have max_trainings from 1 to 200 and max_concurrency from 1 to 40. Given: ${try(var.training.max_trainings, "null")} and ${try(var.training.max_concurrency, "null")}."
  }
  validation {
    condition     = var.training == null ? true : var.training.heartbeat_seconds >= 1 && var.training.heartbeat_seconds < var.training.timeout_seconds
    error_message = "training must have a heartbeat_seconds of at least 1 and below timeout_seconds. Given: ${try(var.training.heartbeat_seconds, "null")} and ${try(var.training.timeout_seconds, "null")}."
  }
}
