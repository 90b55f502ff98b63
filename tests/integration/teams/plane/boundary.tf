# What no role may do, whatever its policies say. Teams write the policies of their roles: what a team's own role may not do, a job
# of its must not do either.
locals {
  team_roles = ["${local.account}:role/${local.name}/jobs/*", "${local.account}:role/${local.name}-teams/*/*"]
  boundary = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid       = "AllButPermissions"
        Effect    = "Allow"
        NotAction = ["iam:*", "sts:AssumeRole"]
        # A boundary grants nothing: the role's policies say what.
        Resource = "*"
      },
      {
        Sid      = "GiveJobsTheirRoles"
        Effect   = "Allow"
        Action   = ["iam:PassRole"]
        Resource = "${local.account}:role/${local.name}/jobs/*"
      },
      {
        Sid    = "ControlPlaneOnly"
        Effect = "Deny"
        Action = [
          "batch:SubmitJob", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query",
          "dynamodb:Scan", "ecs:RunTask", "iam:PassRole", "sqs:ReceiveMessage", "states:GetActivityTask",
        ]
        # In an account of its own for the stack; elsewhere name the stack's table, queues, cluster and activities.
        Resource  = "*"
        Condition = { ArnLike = { "aws:PrincipalArn" = local.team_roles } }
      },
    ]
  }
}

resource "aws_iam_policy" "boundary" {
  name   = "${local.name}-boundary"
  policy = jsonencode(local.boundary)
}
