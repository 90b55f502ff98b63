# What no role of a team may do, whatever its policies say: teams write those. A boundary grants nothing.
locals {
  of_stack = { for service, names in {
    dynamodb = ["table/studio-tasks", "table/studio-tasks/index/*"]
    sqs      = ["studio-*"]
    states   = ["activity:studio-*"]
    batch    = ["job-definition/studio-*"]
    lambda   = [for name in ["dispatcher", "reconciler", "poller", "listener"] : "function:studio-${name}*"]
    } : service => [for name in names : "arn:aws:${service}:*:*:${name}"]
  }
  job_boundary = {
    Version = "2012-10-17"
    Statement = concat(
      [{ Sid = "WhatPoliciesMayGive", Effect = "Allow", NotAction = ["iam:*", "sts:AssumeRole"], Resource = ["*"] }],
      # Left are a job's own: get and update the item of a task, send a request, invoke the reporter.
      [for sid, actions in {
        NotOthersTasks       = { dynamodb = ["dynamodb:BatchGetItem", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", "dynamodb:PartiQL*", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:Scan"] }
        NotOthersCallbacks   = { sqs = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue"] }
        NotOthersActivities  = { states = ["states:GetActivityTask", "states:DeleteActivity"] }
        NotOthersDefinitions = { batch = ["batch:SubmitJob"] }
        NotTheStack          = { lambda = ["lambda:*"] }
      } : { Sid = sid, Effect = "Deny", Action = one(values(actions)), Resource = local.of_stack[one(keys(actions))] }],
      [{
        Sid       = "NotDescriptions"
        Effect    = "Deny"
        Action    = ["dynamodb:GetItem", "dynamodb:UpdateItem"]
        Resource  = [local.of_stack.dynamodb[0]]
        Condition = { "ForAnyValue:StringLike" = { "dynamodb:LeadingKeys" = ["activity#*"] } }
      }],
    )
  }
}

resource "aws_iam_policy" "job_boundary" {
  name        = "studio-jobs"
  description = "Bounds the roles of the teams' jobs and functions"
  policy      = jsonencode(local.job_boundary)
}
