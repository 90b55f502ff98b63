# How jobs are watched and stopped, by backend: which events tell of them, and what their services must permit. It does not
# depend on activities, so that it is there for the jobs of one that was changed or removed.
locals {
  watched = {
    lambda = { detail_type = null, detail = null, statements = [], log_statements = [] }
    ecs = {
      detail_type = "ECS Task State Change"
      # Only ends: nothing is reported before.
      detail = {
        taskDefinitionArn = [{ prefix = "${local.arn_prefixes.ecs}:task-definition/${local.prefix}" }]
        lastStatus        = ["STOPPED"]
      }
      statements = [
        {
          Sid       = "WatchAndStopTasks"
          Effect    = "Allow"
          Action    = ["ecs:DescribeTasks", "ecs:StopTask"]
          Resource  = local.ecs_task_arns
          Condition = local.in_clusters
        },
        {
          Sid    = "FindTasks"
          Effect = "Allow"
          Action = ["ecs:ListTasks"]
          # Listing tasks on Fargate has no resource; the condition names the clusters instead.
          Resource  = ["*"]
          Condition = local.in_clusters
        },
      ]
      log_statements = [{
        Sid      = "ReadTaskLogs"
        Effect   = "Allow"
        Action   = ["logs:GetLogEvents"]
        Resource = ["${local.arn_prefixes.logs}:log-group:/ecs/${local.prefix}*:log-stream:jobs/*"]
      }]
    }
    batch = {
      detail_type = "Batch Job State Change"
      detail = {
        jobDefinition = [{ prefix = "${local.arn_prefixes.batch}:job-definition/${local.prefix}" }]
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
          # A job's ARN has an ID assigned by Batch and names neither queue nor definition: the tag that it was started with does.
          Resource = ["${local.arn_prefixes.batch}:job/*"]
          # Jobs of 0.1.0 have no such tag.
          Condition = { StringEqualsIfExists = { "aws:ResourceTag/activity-dispatch" = var.name } }
        },
      ]
      log_statements = [{
        Sid      = "ReadJobLogs"
        Effect   = "Allow"
        Action   = ["logs:GetLogEvents"]
        Resource = ["${local.arn_prefixes.logs}:log-group:/batch/${local.prefix}*:log-stream:jobs/*"]
      }]
    }
    sagemaker = {
      detail_type = "SageMaker Training Job State Change"
      # All events: those before the end are progress.
      detail = {
        TrainingJobName = [{ prefix = "task-" }]
        RoleArn         = [{ prefix = "arn:${local.partition}:iam::${local.account}:role${local.job_path}${local.prefix}" }]
      }
      statements = [{
        Sid      = "WatchAndStopTrainings"
        Effect   = "Allow"
        Action   = ["sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]
        Resource = local.training_arns
      }]
      log_statements = [
        {
          Sid      = "ReadTrainingLogs"
          Effect   = "Allow"
          Action   = ["logs:GetLogEvents"]
          Resource = ["${local.arn_prefixes.logs}:log-group:/aws/sagemaker/TrainingJobs:log-stream:task-*"]
        },
        {
          Sid    = "FindTrainingLogs"
          Effect = "Allow"
          Action = ["logs:DescribeLogStreams"]
          # The names of the streams are unknown until they are listed.
          Resource = ["${local.arn_prefixes.logs}:log-group:/aws/sagemaker/TrainingJobs:*"]
        },
      ]
    }
  }

  executions = {
    source      = ["aws.states"]
    detail-type = ["Step Functions Execution Status Change"]
    detail = {
      # A name that ends in * is a prefix; one without is matched whole.
      stateMachineArn = concat(
        [for arn in local.machine_arns : arn if !endswith(arn, "*")],
        [for arn in local.machine_arns : { prefix = trimsuffix(arn, "*") } if endswith(arn, "*")],
      )
      "$or" = [
        { status = ["ABORTED", "FAILED", "TIMED_OUT"] },
        # A redriven execution: its tasks have no requests.
        { status = ["RUNNING"], redriveCount = [{ numeric = [">", 0] }] },
      ]
    }
  }
  event_patterns = merge(
    { for backend in local.permitted : "jobs-${backend}" => jsonencode({
      source      = ["aws.${backend}"]
      detail-type = [local.watched[backend].detail_type]
      detail      = local.watched[backend].detail
    }) if local.watched[backend].detail_type != null },
    { executions = jsonencode(local.executions) },
  )
}
