# What a team needs to add, change and remove activities of its own in a stack, from its own Terraform state, and nothing else. Names
# say whose something is: all that belongs to the team begins with STACK-TEAM-.
locals {
  partition = var.stack.partition
  place     = "${var.stack.region}:${var.stack.account}"
  named     = "${var.stack.prefix}${var.team}-*"
  parameter = var.handle_parameter == null ? "/activity-dispatch/${var.stack.name}" : var.handle_parameter
  arns = {
    handle          = "arn:${local.partition}:ssm:${local.place}:parameter${local.parameter}"
    activities      = "arn:${local.partition}:states:${local.place}:activity:${local.named}"
    roles           = "arn:${local.partition}:iam::${var.stack.account}:role${var.stack.iam.job_path}${local.named}"
    task_definition = "arn:${local.partition}:ecs:${local.place}:task-definition/${local.named}"
    job_definition  = "arn:${local.partition}:batch:${local.place}:job-definition/${local.named}"
    log_groups      = [for service in ["ecs", "batch"] : "arn:${local.partition}:logs:${local.place}:log-group:/${service}/${local.named}"]
    alarms          = "arn:${local.partition}:cloudwatch:${local.place}:alarm:${local.named}"
  }

  # Descriptions of its activities and callback targets, and its claims: neither tasks nor what other teams have.
  keys = ["activity#${local.arns.activities}", "activity#callback:${var.team}-*", "activity#claim:${local.named}"]
  # Every role that the team makes has the boundary, and keeps it.
  bounded = { StringEquals = { "iam:PermissionsBoundary" = var.stack.iam.permissions_boundary_arn } }

  shared = [
    { Sid = "FindStack", Effect = "Allow", Action = ["ssm:GetParameter"], Resource = [local.arns.handle] },
    {
      Sid      = "OwnDescriptions"
      Effect   = "Allow"
      Action   = ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"]
      Resource = [var.stack.table.arn]
      Condition = {
        "ForAllValues:StringLike" = { "dynamodb:LeadingKeys" = local.keys }
        # ForAllValues also holds if there is no value.
        Null = { "dynamodb:LeadingKeys" = "false" }
      }
    },
    {
      Sid      = "OwnActivities"
      Effect   = "Allow"
      Action   = ["states:CreateActivity", "states:DescribeActivity", "states:DeleteActivity", "states:ListTagsForResource", "states:TagResource", "states:UntagResource"]
      Resource = [local.arns.activities]
    },
    # A removed activity waits for its open tasks: the reconciler looks for them.
    { Sid = "WaitForOpenTasks", Effect = "Allow", Action = ["lambda:InvokeFunction"], Resource = [var.stack.reconciler_arn, "${var.stack.reconciler_arn}:$LATEST"] },
    {
      Sid      = "OwnAlarms"
      Effect   = "Allow"
      Action   = ["cloudwatch:PutMetricAlarm", "cloudwatch:DeleteAlarms", "cloudwatch:ListTagsForResource", "cloudwatch:TagResource", "cloudwatch:UntagResource"]
      Resource = [local.arns.alarms]
    },
  ]
  containers = [
    {
      Sid       = "OwnRolesWithBoundary"
      Effect    = "Allow"
      Action    = ["iam:CreateRole", "iam:PutRolePolicy", "iam:DeleteRolePolicy", "iam:AttachRolePolicy", "iam:DetachRolePolicy", "iam:PutRolePermissionsBoundary"]
      Resource  = [local.arns.roles]
      Condition = local.bounded
    },
    {
      Sid    = "OwnRoles"
      Effect = "Allow"
      Action = [
        "iam:GetRole", "iam:DeleteRole", "iam:UpdateRole", "iam:UpdateRoleDescription", "iam:UpdateAssumeRolePolicy", "iam:TagRole", "iam:UntagRole",
        "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:ListAttachedRolePolicies", "iam:ListInstanceProfilesForRole",
      ]
      Resource = [local.arns.roles]
    },
    {
      Sid       = "GiveDefinitionsTheirRoles"
      Effect    = "Allow"
      Action    = ["iam:PassRole"]
      Resource  = [local.arns.roles]
      Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
    },
    {
      Sid      = "OwnDefinitions"
      Effect   = "Allow"
      Action   = ["ecs:RegisterTaskDefinition", "ecs:TagResource", "ecs:UntagResource", "ecs:ListTagsForResource"]
      Resource = ["${local.arns.task_definition}:*"]
    },
    {
      Sid      = "OwnJobDefinitions"
      Effect   = "Allow"
      Action   = ["batch:RegisterJobDefinition", "batch:DeregisterJobDefinition", "batch:TagResource", "batch:UntagResource", "batch:ListTagsForResource"]
      Resource = [local.arns.job_definition, "${local.arns.job_definition}:*"]
    },
    {
      Sid    = "FindDefinitionsAndLogs"
      Effect = "Allow"
      # AWS offers no resource for these, nor for removing a task definition: a team could remove another's.
      Action   = ["ecs:DescribeTaskDefinition", "ecs:DeregisterTaskDefinition", "batch:DescribeJobDefinitions", "logs:DescribeLogGroups", "cloudwatch:DescribeAlarms"]
      Resource = ["*"]
    },
    {
      Sid      = "OwnLogs"
      Effect   = "Allow"
      Action   = ["logs:CreateLogGroup", "logs:DeleteLogGroup", "logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy", "logs:ListTagsForResource", "logs:TagResource", "logs:UntagResource"]
      Resource = flatten([for arn in local.arns.log_groups : [arn, "${arn}:*"]])
    },
  ]
  functions = [for arns in [var.function_arns] : {
    Sid    = "OwnFunctions"
    Effect = "Allow"
    Action = [
      "lambda:AddPermission", "lambda:RemovePermission", "lambda:GetPolicy", "lambda:PutFunctionEventInvokeConfig", "lambda:GetFunctionEventInvokeConfig",
      "lambda:DeleteFunctionEventInvokeConfig", "lambda:PutFunctionRecursionConfig", "lambda:GetFunctionRecursionConfig",
    ]
    Resource = arns
  } if length(arns) > 0]
  function_roles = [for arns in [var.function_role_arns] : [
    { Sid = "OwnFunctionsRoles", Effect = "Allow", Action = ["iam:PutRolePolicy", "iam:DeleteRolePolicy"], Resource = arns, Condition = local.bounded },
    { Sid = "ReadOwnFunctionsRoles", Effect = "Allow", Action = ["iam:GetRolePolicy"], Resource = arns },
  ] if length(arns) > 0]

  policy = { Version = "2012-10-17", Statement = concat(local.shared, local.containers, local.functions, local.function_roles...) }
}
