# For entries of activities that are callback targets: wake_up = "callback".
locals {
  callbacks = [for key, activity in var.activities : key if activity.wake_up == "callback"]
  # Answering a task's token takes permission on its activity, a callback's on its state machine. By the stack's name too,
  # for the open tasks of an activity that was removed.
  settled_arns = concat(
    local.activity_arns,
    ["arn:${data.aws_partition.current.partition}:states:${data.aws_service.current.region}:${data.aws_caller_identity.current.account_id}:activity:${var.name}-*"],
    length(local.callbacks) > 0 ? var.state_machine_arns : [],
  )

  # The library's ID of each: an activity's ARN, or a callback target's name.
  ids = { for key, activity in var.activities : key => activity.wake_up == "callback" ? "callback:${key}" : activity.arn }

  take_callbacks = length(local.callbacks) == 0 ? [] : [
    {
      Sid      = "AskForCallbacksAndRefuseThem"
      Effect   = "Allow"
      Action   = ["states:SendTaskHeartbeat", "states:SendTaskFailure"]
      Resource = var.state_machine_arns
    },
    {
      Sid      = "FindWaitingTasks"
      Effect   = "Allow"
      Action   = ["dynamodb:Query"]
      Resource = ["${local.table_arn}/index/open"]
    },
  ]
}
