data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "lambda" }

locals {
  arn = "arn:${data.aws_partition.current.partition}:lambda:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:function:${var.name}"
}

resource "aws_iam_role" "this" {
  name                 = var.name
  path                 = var.iam.path
  permissions_boundary = var.iam.permissions_boundary_arn
  description          = "Lambda function ${var.name}"
  tags                 = var.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByLambda"
      Effect    = "Allow"
      Principal = { Service = "lambda.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_iam_role_policy" "logs" {
  name = "logs"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "WriteOwnLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = "${aws_cloudwatch_log_group.this.arn}:*"
      }],
      var.kms_key_arn == null ? [] : [{
        Sid      = "ReadOwnEnvironment"
        Effect   = "Allow"
        Action   = ["kms:Decrypt"]
        Resource = var.kms_key_arn
      }],
    )
  })
}

resource "aws_iam_role_policy" "tracing" {
  count = var.watching.tracing ? 1 : 0

  name = "tracing"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "SendTraces"
      Effect = "Allow"
      Action = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
      # Traces are not resources: these actions only accept "*".
      Resource = "*"
    }]
  })
}

# Lambda itself makes and removes the network interfaces, with the function's role.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
resource "aws_iam_role_policy" "network" {
  #checkov:skip=CKV_AWS_290: an interface that does not exist yet has no name; the last statement keeps the function's code out
  count = var.vpc == null ? 0 : 1

  name = "network"
  role = aws_iam_role.this.name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid    = "ConnectToSubnets"
      Effect = "Allow"
      Action = [
        "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
      ]
      # An interface that does not exist yet has no name to give; the last statement keeps the function's code out.
      Resource = "*"
      }, {
      # Requests with the function's credentials carry its ARN, Lambda's own do not.
      Sid    = "NotForItsCode"
      Effect = "Deny"
      Action = ["ec2:CreateNetworkInterface", "ec2:DeleteNetworkInterface", "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"]
      # Denied on all that the statement above permits.
      Resource  = "*"
      Condition = { ArnEquals = { "lambda:SourceFunctionArn" = local.arn } }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  for_each = var.policies

  name   = each.key
  role   = aws_iam_role.this.name
  policy = each.value
}
