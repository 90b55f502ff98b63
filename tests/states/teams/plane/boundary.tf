# What no role may do, whatever its policies say.
locals {
  boundaries = {
    # Of the stack's functions.
    boundary = [
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
    ]
    # Teams write the policies of their roles: what a team's own role may not do, a job of its must not do either.
    job-boundary = [
      {
        Sid       = "AllButPermissions"
        Effect    = "Allow"
        NotAction = ["iam:*", "sts:AssumeRole"]
        Resource  = "*"
      },
      {
        Sid    = "ControlPlaneOnly"
        Effect = "Deny"
        Action = [
          "batch:SubmitJob", "dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:Query",
          "dynamodb:Scan", "ecs:RunTask", "sqs:ReceiveMessage", "states:GetActivityTask",
        ]
        # In an account of its own for the stack. Elsewhere name what is the stack's, as examples/two-teams does.
        Resource = "*"
      },
    ]
  }
}

resource "aws_iam_policy" "boundary" {
  for_each = local.boundaries

  name   = "${local.name}-${each.key}"
  policy = jsonencode({ Version = "2012-10-17", Statement = each.value })
}
