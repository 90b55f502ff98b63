# What the two query languages say differently.
# https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
locals {
  queue = { QueueUrl = var.activity.queue.url }
  delay = { for seconds in var.activity.overflow_after_seconds[*] : "DelaySeconds" => seconds }

  # SQS lets no message group hold up the others. Hashed, because a group's name has at most 128 characters, and not all of them; a share is told
  # by its text alone, whatever its type.
  # https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fair-queues.html
  share = {
    JSONPath = { for key in var.activity.share_key[*] : "MessageGroupId.$" => "States.Hash(States.Format('{}', ${lookup({ execution = "$$.Execution.Id", state_machine = "$$.StateMachine.Id" }, key, key)}), 'SHA-256')" }
    JSONata  = { for key, value in local.share_in_jsonata : "MessageGroupId" => "{% $hash($exists(${value}) ? $string(${value}) : '', 'SHA-256') %}" }
  }
  share_in_jsonata = { for key in var.activity.share_key[*] : key => lookup(
    { execution = "$states.context.Execution.Id", state_machine = "$states.context.StateMachine.Id" },
    key, join(".", concat(["$states.input"], [for name in slice(split(".", key), 1, length(split(".", key))) : "`${name}`"])),
  ) }

  # Decoded, so that both languages have one type.
  words = jsondecode(local.languages[var.query_language])
  languages = {
    JSONPath = jsonencode({
      request = {
        Parameters = merge(local.queue, local.delay, { MessageBody = {
          "activity_arn"       = var.activity.arn
          "execution_arn.$"    = "$$.Execution.Id"
          "state_entered_at.$" = "$$.State.EnteredTime"
        } })
        # The task's input is this state's input, not SQS's answer.
        ResultPath = null
      }
      first_branch = { OutputPath = "$[0]" }
      envelope = { Parameters = {
        "activity_dispatch_envelope" = 1
        "execution_arn.$"            = "$$.Execution.Id"
        "state_name.$"               = "$$.State.Name"
        "attempt.$"                  = "$$.State.RetryCount"
        "entered_at.$"               = "$$.State.EnteredTime"
        "input.$"                    = "$"
      } }
      hand_over = { Parameters = merge(local.queue, local.share.JSONPath, { MessageBody = {
        "callback"     = var.activity.key
        "task_token.$" = "$$.Task.Token"
        # As text, so that nothing on the way parses and rewrites it.
        "input.$"            = "States.JsonToString($)"
        "execution_arn.$"    = "$$.Execution.Id"
        "state_entered_at.$" = "$$.State.EnteredTime"
      } }) }
    })
    JSONata = jsonencode({
      request = {
        Arguments = merge(local.queue, local.delay, { MessageBody = {
          "activity_arn"     = var.activity.arn
          "execution_arn"    = "{% $states.context.Execution.Id %}"
          "state_entered_at" = "{% $states.context.State.EnteredTime %}"
        } })
        Output = "{% $states.input %}"
      }
      first_branch = { Output = "{% $states.result[0] %}" }
      envelope = { Arguments = {
        "activity_dispatch_envelope" = 1
        "execution_arn"              = "{% $states.context.Execution.Id %}"
        "state_name"                 = "{% $states.context.State.Name %}"
        "attempt"                    = "{% $states.context.State.RetryCount %}"
        "entered_at"                 = "{% $states.context.State.EnteredTime %}"
        "trace"                      = "{% $exists($states.context.Execution.Input.traceparent) ? $states.context.Execution.Input.traceparent : null %}"
        "input"                      = "{% $states.input %}"
      } }
      hand_over = { Arguments = merge(local.queue, local.share.JSONata, { MessageBody = {
        "callback"   = var.activity.key
        "task_token" = "{% $states.context.Task.Token %}"
        # As a value: $string rounds numbers to 15 digits. Under a name of its own: a text is a value here, not JSON.
        "input_value"      = "{% $states.input %}"
        "execution_arn"    = "{% $states.context.Execution.Id %}"
        "state_entered_at" = "{% $states.context.State.EnteredTime %}"
      } }) }
    })
  }
}
