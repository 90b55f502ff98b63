locals {
  trust = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByTrainingJobsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = var.stack.account } }
    }]
  }

  # For each s3://bucket/prefix, the ARNs of the bucket and of the objects.
  s3_arn     = "arn:${var.stack.partition}:s3:::"
  written    = [local.storage.output_s3_uri, local.storage.checkpoint_s3_uri]
  read       = distinct(concat(local.written, values(local.storage.input_s3_uris)))
  buckets    = distinct([for uri in local.read : "${local.s3_arn}${split("/", trimprefix(uri, "s3://"))[0]}"])
  read_arns  = [for uri in local.read : "${local.s3_arn}${trimsuffix(trimprefix(uri, "s3://"), "/")}/*"]
  write_arns = distinct([for uri in local.written : "${local.s3_arn}${trimsuffix(trimprefix(uri, "s3://"), "/")}/*"])

  training_statements = [
    { Sid = "ListBuckets", Effect = "Allow", Action = ["s3:ListBucket", "s3:GetBucketLocation"], Resource = local.buckets },
    { Sid = "ReadObjects", Effect = "Allow", Action = ["s3:GetObject"], Resource = local.read_arns },
    {
      Sid      = "WriteModelsAndCheckpoints"
      Effect   = "Allow"
      Action   = ["s3:PutObject", "s3:AbortMultipartUpload"]
      Resource = local.write_arns
    },
    {
      Sid    = "WriteJobLogs"
      Effect = "Allow"
      # The account's first job creates the group.
      Action   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
      Resource = [local.log_group_arn, "${local.log_group_arn}:*"]
    },
    {
      Sid    = "WriteMetrics"
      Effect = "Allow"
      Action = ["cloudwatch:PutMetricData"]
      # Metrics have no ARN; the condition names the namespace instead.
      Resource  = ["*"]
      Condition = { StringEquals = { "cloudwatch:namespace" = local.log_group } }
    },
  ]
  image_statements = [
    {
      Sid      = "PullImage"
      Effect   = "Allow"
      Action   = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
      Resource = var.settings.repository_arns
    },
    {
      Sid    = "LogInToRegistry"
      Effect = "Allow"
      Action = ["ecr:GetAuthorizationToken"]
      # The token is valid for the whole account: AWS offers no narrower resource.
      Resource = ["*"]
    },
  ]
  key_statements = var.stack.kms_key_arn == null ? [] : [{
    Sid      = "UseKey"
    Effect   = "Allow"
    Action   = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    Resource = [var.stack.kms_key_arn]
  }]
  # What SageMaker does in a VPC with this role.
  # https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html
  vpc_statements = [{
    Sid    = "AttachToNetwork"
    Effect = "Allow"
    Action = [
      "ec2:CreateNetworkInterface", "ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface",
      "ec2:DeleteNetworkInterfacePermission", "ec2:DescribeDhcpOptions", "ec2:DescribeNetworkInterfaces",
      "ec2:DescribeSecurityGroups", "ec2:DescribeSubnets", "ec2:DescribeVpcs",
    ]
    # The interfaces do not exist yet, and Describe actions have no resource.
    Resource = ["*"]
  }]
  training_policy = {
    Version = "2012-10-17"
    Statement = concat(
      local.training_statements,
      length(var.settings.repository_arns) > 0 ? local.image_statements : [],
      local.key_statements,
      local.vpc == null ? [] : local.vpc_statements,
    )
  }
}

resource "aws_iam_role" "this" {
  name                 = "${local.name}-training"
  path                 = var.stack.iam.job_path
  permissions_boundary = var.stack.iam.permissions_boundary_arn
  description          = "Training jobs of ${local.name}: data, models, image, logs"
  assume_role_policy   = jsonencode(local.trust)
  tags                 = local.tags

  lifecycle {
    precondition {
      condition     = length("${local.name}-training") <= 64
      error_message = "name must be at most ${55 - length(var.stack.prefix)} characters: with ${var.stack.prefix} before and -training behind it, it is a role's name. Given: \"${var.name}\"."
    }
    precondition {
      # https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_StoppingCondition.html
      condition     = local.timeout_seconds >= 1 && local.timeout_seconds <= 2419200
      error_message = "job_timeout_seconds, or the activity's timeout_seconds, must be from 1 to 2419200, which is 28 days. Given: ${local.timeout_seconds}."
    }
    precondition {
      condition     = var.settings.max_wait_seconds == null ? true : var.settings.instances.spot && var.settings.max_wait_seconds >= local.timeout_seconds
      error_message = "max_wait_seconds must be null or, with instances.spot, at least the job's limit of ${local.timeout_seconds}. Given: ${var.settings.max_wait_seconds == null ? "null" : var.settings.max_wait_seconds}."
    }
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = merge(var.settings.policies, { training = jsonencode(local.training_policy) })

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}
