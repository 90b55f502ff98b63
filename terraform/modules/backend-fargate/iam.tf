locals {
  assume_role_policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "AssumeByTasksOfThisAccount"
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
      Condition = {
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike      = { "aws:SourceArn" = "${local.ecs_arn_prefix}:*" }
      }
    }]
  }

  pull_image = [
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
  execution_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "WriteJobLogs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:*"]
      }],
      length(var.repository_arns) > 0 ? local.pull_image : [],
    )
  }

  watch_and_stop = {
    Sid       = "WatchAndStopJobs"
    Effect    = "Allow"
    Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
    Resource  = [for name in local.watched_clusters : "${local.ecs_arn_prefix}:task/${name}/*"]
    Condition = { ArnEquals = { "ecs:cluster" = local.watched_cluster_arns } }
  }
  find_jobs = {
    Sid    = "FindJobs"
    Effect = "Allow"
    Action = ["ecs:ListTasks"]
    # Listing tasks on Fargate has no resource; the condition names the clusters instead.
    Resource  = ["*"]
    Condition = { ArnEquals = { "ecs:cluster" = local.watched_cluster_arns } }
  }
  dispatcher_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "RunJobs"
        Effect = "Allow"
        Action = ["ecs:RunTask"]
        # The request names only the family; ECS asks for permission to run its latest revision. In former clusters
        # too: a lost start is repeated where it was made, and a dispatcher knows of a change after a minute.
        Resource  = ["${local.family_arn}:*"]
        Condition = { ArnEquals = { "ecs:cluster" = local.watched_cluster_arns } }
      },
      local.watch_and_stop,
      # After a start whose answer was lost.
      local.find_jobs,
      {
        # A task gets its definition's tags, so RunTask requires this permission too.
        Sid       = "TagJobs"
        Effect    = "Allow"
        Action    = ["ecs:TagResource"]
        Resource  = [for name in local.watched_clusters : "${local.ecs_arn_prefix}:task/${name}/*"]
        Condition = { StringEquals = { "ecs:CreateAction" = "RunTask" } }
      },
      {
        Sid       = "GiveJobsTheirRoles"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = [for role in aws_iam_role.this : role.arn]
        Condition = { StringEquals = { "iam:PassedToService" = "ecs-tasks.amazonaws.com" } }
      },
    ]
  }

  report_policy = {
    Version = "2012-10-17"
    Statement = [
      {
        Sid      = "ReadJobLogs"
        Effect   = "Allow"
        Action   = ["logs:GetLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:log-stream:${local.log_stream_prefix}/*"]
      },
      local.watch_and_stop,
      local.find_jobs,
    ]
  }

  job_policies = merge(
    var.policies,
    var.worker == null ? {} : { worker = var.worker.policy_json },
  )
}

resource "aws_iam_role" "this" {
  for_each = {
    task      = "Jobs of ${var.name}: what the program may do"
    execution = "Jobs of ${var.name}: image and logs, used by ECS"
  }

  name               = "${var.name}-${each.key}"
  description        = each.value
  assume_role_policy = jsonencode(local.assume_role_policy)
  tags               = var.tags
}

resource "aws_iam_role_policy" "execution" {
  name   = "image-and-logs"
  role   = aws_iam_role.this["execution"].name
  policy = jsonencode(local.execution_policy)
}

resource "aws_iam_role_policy" "task" {
  for_each = local.job_policies

  name   = each.key
  role   = aws_iam_role.this["task"].name
  policy = each.value
}
