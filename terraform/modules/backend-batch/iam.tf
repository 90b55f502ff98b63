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
        StringEquals = { "aws:SourceAccount" = data.aws_caller_identity.current.account_id }
        ArnLike      = { "aws:SourceArn" = "arn:${data.aws_partition.current.partition}:ecs:${local.arn_suffix}:*" }
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
  roles = merge(
    {
      job       = { description = "Jobs of ${var.name}: what the program may do", trust = jsonencode(local.trust_in_tasks) }
      execution = { description = "Jobs of ${var.name}: image and logs, used by ECS", trust = jsonencode(local.trust_in_tasks) }
    },
    local.creates_instances ? {
      instance = { description = "Instances of ${var.name}, used by ECS's agent", trust = jsonencode(local.trust_in_instances) }
    } : {},
  )

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

  watch_and_stop = [
    {
      Sid    = "FindAndWatchJobs"
      Effect = "Allow"
      Action = ["batch:ListJobs", "batch:DescribeJobs"]
      # AWS offers no resource for these two actions.
      Resource = ["*"]
    },
    {
      Sid    = "StopJobs"
      Effect = "Allow"
      Action = ["batch:TerminateJob"]
      # A job's ARN has an ID assigned by Batch and does not name the queue.
      Resource = ["${local.batch_arn_prefix}:job/*"]
    },
  ]
  dispatcher_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid    = "SubmitJobs"
        Effect = "Allow"
        Action = ["batch:SubmitJob"]
        # The request names only the definition; Batch runs its latest revision.
        Resource = [local.queue_arn, local.job_definition_arn, "${local.job_definition_arn}:*"]
      }],
      local.watch_and_stop,
    )
  }
  report_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [{
        Sid      = "ReadJobLogs"
        Effect   = "Allow"
        Action   = ["logs:GetLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:log-stream:${local.log_stream_prefix}/*"]
      }],
      local.watch_and_stop,
    )
  }

  job_policies = merge(
    var.policies,
    var.worker == null ? {} : { worker = var.worker.policy_json },
  )
}

resource "aws_iam_role" "this" {
  for_each = local.roles

  name               = "${var.name}-${each.key}"
  description        = each.value.description
  assume_role_policy = each.value.trust
  tags               = var.tags
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
  policy_arn = "arn:${data.aws_partition.current.partition}:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
}

resource "aws_iam_instance_profile" "this" {
  count = local.creates_instances ? 1 : 0

  name = aws_iam_role.this["instance"].name
  role = aws_iam_role.this["instance"].name
  tags = var.tags
}
