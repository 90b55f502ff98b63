# What the two query languages say differently.
# https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html
locals {
  queue = { QueueUrl = var.activity.queue.url }
  delay = { for seconds in var.activity.overflow_after_seconds[*] : "DelaySeconds" => seconds }

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
      hand_over = { Parameters = merge(local.queue, { MessageBody = {
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
      hand_over = { Arguments = merge(local.queue, { MessageBody = {
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
