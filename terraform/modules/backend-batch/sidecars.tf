# A job with sidecars has the other of Batch's two forms: a definition of its ECS task, and in that one of each container.
locals {
  job_name     = "job"
  has_sidecars = length(var.settings.sidecars) > 0

  # Batch wants a size of each container, and Fargate a sum that it offers: `size` is the sum, and the job's container has what is left.
  sidecar_sizes = { for name, sidecar in var.settings.sidecars : name => {
    cpu       = sidecar.size.cpu == null ? (local.on_fargate ? 0.25 : 1) : sidecar.size.cpu
    memory_mb = sidecar.size.memory_mb
  } }
  sidecars_size = {
    cpu       = sum(concat([0], values(local.sidecar_sizes)[*].cpu))
    memory_mb = sum(concat([0], values(local.sidecar_sizes)[*].memory_mb))
  }
  job_size = {
    # Rounded: 1 - 0.1 would have a hundred digits.
    cpu       = local.has_sidecars ? floor((var.settings.size.cpu - local.sidecars_size.cpu) * 1000 + 0.5) / 1000 : var.settings.size.cpu
    memory_mb = var.settings.size.memory_mb - local.sidecars_size.memory_mb
  }

  of_task = ["executionRoleArn", "jobRoleArn", "volumes"]
  job = merge(
    { for key, value in local.container : key => value if !contains(local.of_task, key) },
    { name = local.job_name, essential = true },
    { for conditions in [{ for name, sidecar in var.settings.sidecars : name => sidecar.job_waits_for if sidecar.job_waits_for != null }] :
      "dependsOn" => [for name in sort(keys(conditions)) : { containerName = name, condition = conditions[name] }] if length(conditions) > 0
    },
  )
  sidecars = [for name in sort(keys(var.settings.sidecars)) : merge(
    {
      name                 = name
      image                = var.settings.sidecars[name].image
      essential            = var.settings.sidecars[name].essential
      environment          = [for key in sort(keys(var.settings.sidecars[name].environment)) : { name = key, value = var.settings.sidecars[name].environment[key] }]
      resourceRequirements = [for type, amount in { MEMORY = local.sidecar_sizes[name].memory_mb, VCPU = local.sidecar_sizes[name].cpu } : { type = type, value = tostring(amount) }]
      logConfiguration = {
        logDriver = "awslogs"
        options = merge(var.settings.sidecars[name].log_options, {
          "awslogs-group"         = aws_cloudwatch_log_group.this.name
          "awslogs-region"        = var.stack.region
          "awslogs-stream-prefix" = local.log_stream_prefix
        })
      }
    },
    { for words in [var.settings.sidecars[name].command] : "command" => words if words != null },
    { for secrets in [var.settings.sidecars[name].secrets] : "secrets" => [for key in sort(keys(secrets)) : { name = key, valueFrom = secrets[key] }] if length(secrets) > 0 },
  )]

  task = merge(
    { containers = concat([local.job], local.sidecars), taskRoleArn = aws_iam_role.this["job"].arn, executionRoleArn = aws_iam_role.this["execution"].arn },
    { for key, value in local.container : key => value if key == "volumes" },
    { for key, value in merge(local.container_on_fargate, { platformVersion = "LATEST" }) : key => value if local.on_fargate && key != "fargatePlatformConfiguration" },
  )
}
