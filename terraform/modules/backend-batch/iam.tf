locals {
  # Both Fargate and EC2 run a job as an ECS task.
  trust_in_tasks = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByTasksOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = var.stack.account }
        ArnLike      = { "aws:SourceArn" = "arn:${var.stack.partition}:ecs:${local.place}:*" }
      }
    }]
  }
  trust_in_instances = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByInstances"
      Effect    = "Allow"
      Principal = { Service = "ec2.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  }
  # Not that of an ECS backend of the same name: an activity may move from one to the other in one apply.
  execution_role_name = coalesce(var.settings.execution_role_name, "${local.name}-job-execution")
  roles = merge(
    {
      job       = { description = "Jobs of ${local.name}: what the program may do", trust = jsonencode(local.trust_in_tasks) }
      execution = { description = "Jobs of ${local.name}: image and logs, used by ECS", trust = jsonencode(local.trust_in_tasks) }
    },
    local.creates_instances ? {
      instance = { description = "Instances of ${local.name}, used by ECS's agent", trust = jsonencode(local.trust_in_instances) }
    } : {},
  )

  secrets         = distinct(concat(values(var.settings.container.secrets), flatten([for sidecar in var.settings.sidecars : values(sidecar.secrets)])))
  secret_arns     = distinct([for arn in local.secrets : join(":", slice(split(":", arn), 0, 7)) if strcontains(arn, ":secretsmanager:")])
  parameter_arns  = distinct([for arn in local.secrets : arn if strcontains(arn, ":ssm:")])
  repository_arns = var.settings.repository_arns
  execution_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "WriteJobLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      }],
      [for statement in [
        {
          Sid      = "PullImage"
          Effect   = "Allow"
          Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
          Resource = local.repository_arns
        },
        {
          Sid    = "LogInToRegistry"
          Effect = "Allow"
          Action = ["ecr:GetAuthorizationToken"]
          # The token is valid for the whole account: AWS offers no narrower resource.
          Resource = ["*"]
        },
      ] : statement if length(local.repository_arns) > 0],
      [for arns in [local.secret_arns] : { Sid = "ReadSecrets", Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = arns } if length(arns) > 0],
      [for arns in [local.parameter_arns] : { Sid = "ReadParameters", Effect = "Allow", Action = ["ssm:GetParameters"], Resource = arns } if length(arns) > 0],
      [for arns in [var.settings.secret_kms_key_arns] : { Sid = "DecryptSecrets", Effect = "Allow", Action = ["kms:Decrypt"], Resource = arns } if length(arns) > 0],
    )
  }

  # One policy of the module's own, besides the user's.
  own_statements = concat(
    [for statement in jsondecode(module.job_policy.policy_json).Statement : statement if var.settings.worker],
    [for name, volume in var.settings.efs_volumes : {
      Sid      = "Mount${join("", [for part in split("-", replace(name, "_", "-")) : title(part)])}"
      Effect   = "Allow"
      Action   = volume.read_only ? ["elasticfilesystem:ClientMount"] : ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"]
      Resource = ["arn:${var.stack.partition}:elasticfilesystem:${local.place}:file-system/${volume.file_system_id}"]
    }],
  )
  # Whether there is one is known at plan time; what it says need not be, such as the ARN of a key made with the stack.
  job_policies = merge(
    var.settings.policies,
    { for name in ["worker"] : name => jsonencode({ Version = "2012-10-17", Statement = local.own_statements }) if var.settings.worker || length(var.settings.efs_volumes) > 0 },
  )
}

module "job_policy" {
  source = "../job-policy"

  stack      = var.stack
  activities = local.activities
  callbacks  = var.callbacks
  warm       = var.linger_seconds != null
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name                 = each.key == "execution" ? local.execution_role_name : "${local.name}-${each.key}"
  path                 = var.stack.iam.job_path
  permissions_boundary = var.stack.iam.permissions_boundary_arn
  description          = each.value.description
  assume_role_policy   = each.value.trust
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = each.key != "execution" || length(local.execution_role_name) <= 64
      error_message = "name must be at most ${50 - length(var.stack.prefix)} characters: with ${var.stack.prefix} before and -job-execution behind it, it is a role's name. Given: \"${var.name}\"."
    }
  }
}

resource "aws_iam_role_policy" "execution" {
  name   = "image-and-logs"
  role   = aws_iam_role.this["execution"].name
  policy = jsonencode(local.execution_policy)
}

resource "aws_iam_role_policy" "job" {
  for_each = local.job_policies

  name   = each.key
  role   = aws_iam_role.this["job"].name
  policy = each.value
}

# AWS's own policy: AWS decides what the agent calls.
resource "aws_iam_role_policy_attachment" "instance" {
  count = local.creates_instances ? 1 : 0

  role       = aws_iam_role.this["instance"].name
  policy_arn = "arn:${var.stack.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "this" {
  count = local.creates_instances ? 1 : 0

  name = aws_iam_role.this["instance"].name
  role = aws_iam_role.this["instance"].name
  tags = local.tags
}
