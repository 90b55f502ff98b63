# What watching, ending and stopping jobs takes, by service and name. It does not depend on the backends, so that it is there
# for the jobs of a backend that was changed or removed. Jobs are named after the stack: NAME-KEY.
locals {
  watched = {
    ecs = {
      detail_type = "ECS Task State Change"
      # Only ends: nothing is reported before.
      detail = {
        taskDefinitionArn = [{ prefix = "${local.arn_prefixes["ecs"]}:task-definition/${var.name}-" }]
        lastStatus        = ["STOPPED"]
      }
      statements = [
        {
          Sid      = "WatchAndStopJobs"
          Effect   = "Allow"
          Action   = ["ecs:DescribeTasks", "ecs:StopTask"]
          Resource = ["${local.arn_prefixes["ecs"]}:task/${var.name}-*/*"]
        },
        {
          Sid    = "FindJobs"
          Effect = "Allow"
          Action = ["ecs:ListTasks"]
          # Listing tasks on Fargate has no resource; the condition names the clusters instead.
          Resource  = ["*"]
          Condition = { ArnLike = { "ecs:cluster" = "${local.arn_prefixes["ecs"]}:cluster/${var.name}-*" } }
        },
        {
          Sid      = "ReadJobLogs"
          Effect   = "Allow"
          Action   = ["logs:GetLogEvents"]
          Resource = ["${local.arn_prefixes["logs"]}:log-group:/ecs/${var.name}-*:log-stream:jobs/*"]
        },
      ]
    }
    batch = {
      detail_type = "Batch Job State Change"
      detail = {
        jobDefinition = [{ prefix = "${local.arn_prefixes["batch"]}:job-definition/${var.name}-" }]
        status        = ["SUCCEEDED", "FAILED"]
      }
      statements = [
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
          Resource = ["${local.arn_prefixes["batch"]}:job/*"]
        },
        {
          Sid      = "ReadJobLogs"
          Effect   = "Allow"
          Action   = ["logs:GetLogEvents"]
          Resource = ["${local.arn_prefixes["logs"]}:log-group:/batch/${var.name}-*:log-stream:jobs/*"]
        },
      ]
    }
    sagemaker = {
      detail_type = "SageMaker Training Job State Change"
      # All events: those before the end are progress.
      detail = {
        TrainingJobName = [{ prefix = "task-" }]
        RoleArn         = [{ prefix = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/${var.name}-" }]
      }
      statements = [
        {
          Sid      = "WatchAndStopJobs"
          Effect   = "Allow"
          Action   = ["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]
          Resource = ["${local.arn_prefixes["sagemaker"]}:training-job/task-*"]
        },
        {
          Sid      = "ReadJobLogs"
          Effect   = "Allow"
          Action   = ["logs:GetLogEvents"]
          Resource = ["${local.arn_prefixes["logs"]}:log-group:/aws/sagemaker/TrainingJobs:log-stream:task-*"]
        },
        {
          Sid    = "FindJobLogs"
          Effect = "Allow"
          Action = ["logs:DescribeLogStreams"]
          # The names of the streams are unknown until they are listed.
          Resource = ["${local.arn_prefixes["logs"]}:log-group:/aws/sagemaker/TrainingJobs:*"]
        },
      ]
    }
  }
  arn_prefixes = { for service in ["ecs", "batch", "sagemaker", "logs"] : service =>
    "arn:${data.aws_partition.current.partition}:${service}:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}"
  }

  watched_patterns = { for service in var.watching.services : "jobs-${service}" => jsonencode({
    source      = ["aws.${service}"]
    detail-type = [local.watched[service].detail_type]
    detail      = local.watched[service].detail
  }) }
  watch_policies = { for service in var.watching.services : "watch-${service}" => jsonencode({
    Version   = "2012-10-17"
    Statement = local.watched[service].statements
  }) }

  executions_pattern = jsonencode({
    source      = ["aws.states"]
    detail-type = ["Step Functions Execution Status Change"]
    detail = {
      stateMachineArn = var.state_machine_arns
      "$or" = [
        { status = ["ABORTED", "FAILED", "TIMED_OUT"] },
        # A redriven execution: its tasks have no requests.
        { status = ["RUNNING"], redriveCount = [{ numeric = [">", 0] }] },
      ]
    }
  })
}
