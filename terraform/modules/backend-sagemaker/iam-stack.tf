# Permissions of the stack's functions: dispatcher, reporter and reconciler.
locals {
  watch_and_stop = [{
    Sid      = "WatchAndStopJobs"
    Effect   = "Allow"
    Action   = ["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]
    Resource = [local.job_arns]
  }]
  # A request with tags requires this too.
  tag_jobs = [{
    Sid      = "TagJobs"
    Effect   = "Allow"
    Action   = ["sagemaker:AddTags"]
    Resource = [local.job_arns]
  }]

  dispatcher_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "RunJobs"
          Effect   = "Allow"
          Action   = ["sagemaker:CreateTrainingJob"]
          Resource = [local.job_arns]
        },
        {
          Sid       = "GiveJobsTheirRoles"
          Effect    = "Allow"
          Action    = ["iam:PassRole"]
          Resource  = [aws_iam_role.this.arn]
          Condition = { StringEquals = { "iam:PassedToService" = "sagemaker.amazonaws.com" } }
        },
      ],
      length(local.job_tags) > 0 ? local.tag_jobs : [],
      local.watch_and_stop,
    )
  }

  report_policy = {
    Version = "2012-10-17"
    Statement = concat(
      [
        {
          Sid      = "ReadJobLogs"
          Effect   = "Allow"
          Action   = ["logs:GetLogEvents"]
          Resource = ["${local.log_group_arn}:log-stream:${local.job_name_prefix}*"]
        },
        {
          Sid    = "FindJobLogs"
          Effect = "Allow"
          Action = ["logs:DescribeLogStreams"]
          # The names of the streams are unknown until they are listed.
          Resource = ["${local.log_group_arn}:*"]
        },
      ],
      local.watch_and_stop,
    )
  }
}

