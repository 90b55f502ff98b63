locals {
  trust = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByTrainingJobsOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "sagemaker.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = { StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id } }
    }]
  }

  # For each s3://bucket/prefix, the ARNs of the bucket and of the objects.
  s3_arn     = "arn:${data.aws_partition.current.partition}:s3:::"
  written    = [var.storage.output_s3_uri, var.storage.checkpoint_s3_uri]
  read       = distinct(concat(local.written, values(var.storage.input_s3_uris)))
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
      Resource = var.repository_arns
    },
    {
      Sid    = "LogInToRegistry"
      Effect = "Allow"
      Action = ["ecr:GetAuthorizationToken"]
      # The token is valid for the whole account: AWS offers no narrower resource.
      Resource = ["*"]
    },
  ]
  key_statements = var.kms_key_arn == null ? [] : [{
    Sid      = "UseKey"
    Effect   = "Allow"
    Action   = ["kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    Resource = [var.kms_key_arn]
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
      length(var.repository_arns) > 0 ? local.image_statements : [],
      local.key_statements,
      local.vpc == null ? [] : local.vpc_statements,
    )
  }
}

resource "aws_iam_role" "this" {
  name               = "${var.name}-training"
  description        = "Training jobs of ${var.name}: data, models, image, logs"
  assume_role_policy = jsonencode(local.trust)
  tags               = var.tags
}

resource "aws_iam_role_policy" "this" {
  for_each = merge(var.policies, { training = jsonencode(local.training_policy) })

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}
