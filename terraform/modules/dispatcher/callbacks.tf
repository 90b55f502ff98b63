# What those activities need that are none: targets of callbacks, wake_up = "callback".
locals {
  callbacks = [for key, activity in var.activities : key if activity.wake_up == "callback"]
  # A task's token is answered with permission on its activity, a callback's on its state machine.
  settled_arns = concat(local.activity_arns, length(local.callbacks) > 0 ? var.state_machine_arns : [])

  # What the library knows each one by: in the place of an activity's ARN a callback target has its name.
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
