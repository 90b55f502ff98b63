locals {
  own = [
    {
      Sid       = "BoundedRoles"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy"]
      Resource  = local.own_roles
      Condition = { StringEquals = { "iam:PermissionsBoundary" = var.stack.iam.permissions_boundary_arn } }
    },
    {
      Sid    = "Roles"
      Effect = "Allow"
      Action = [
        "iam:GetRole", "iam:DeleteRole", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies",
        "iam:ListInstanceProfilesForRole",
      ]
      Resource = local.own_roles
    },
    {
      Sid       = "PassRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = local.own_roles
      Condition = { StringEquals = { "iam:PassedToService" = ["lambda.amazonaws.com", "states.amazonaws.com"] } }
    },
    {
      Sid      = "LogGroups"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:ListTagsForResource"]
      Resource = concat(local.groups, [for group in local.groups : "${group}:*"])
    },
    {
      Sid      = "Alarms"
      Effect   = "Allow"
      Action   = ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource"]
      Resource = "arn:${var.stack.partition}:cloudwatch:${var.stack.region}:${var.stack.account}:alarm:${local.prefix}*"
    },
    {
      Sid    = "Functions"
      Effect = "Allow"
      Action = [
        "lambda:CreateFunction", "lambda:GetFunction", "lambda:GetFunctionConfiguration", "lambda:UpdateFunctionCode",
        "lambda:UpdateFunctionConfiguration", "lambda:DeleteFunction", "lambda:ListVersionsByFunction", "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionConcurrency", "lambda:PutFunctionConcurrency", "lambda:DeleteFunctionConcurrency", "lambda:ListTags",
      ]
      Resource = local.functions
    },
    {
      Sid      = "Code"
      Effect   = "Allow"
      Action   = ["s3:GetObject"]
      Resource = "arn:${var.stack.partition}:s3:::${var.stack.prefix}code/${var.name}/*"
    },
    {
      Sid    = "StateMachines"
      Effect = "Allow"
      Action = [
        "states:CreateStateMachine", "states:UpdateStateMachine", "states:DeleteStateMachine", "states:DescribeStateMachine",
        "states:ListStateMachineVersions", "states:ListTagsForResource", "states:TagResource", "states:UntagResource",
        "states:StartExecution",
      ]
      Resource = "${local.arn.states}:stateMachine:${local.prefix}*"
    },
    {
      Sid    = "StateMachinesLogsAndDefinitions"
      Effect = "Allow"
      Action = [
        "states:ValidateStateMachineDefinition", "logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery",
        "logs:DeleteLogDelivery", "logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies",
      ]
      # AWS has no resource for these.
      Resource = "*"
    },
  ]
}
