variables {
  query_language = "JSONata"
}

run "requests_a_dispatch_and_then_waits_for_the_activity" {
  command = plan

  assert {
    condition     = output.state.Type == "Parallel" && output.state.Output == "{% $states.result[0] %}" && output.state.Branches[0].StartAt == "film-RequestDispatch"
    error_message = "one branch, whose output is the state's"
  }
  assert {
    condition = output.state.Branches[0].States["film-RequestDispatch"].Arguments == {
      QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch"
      MessageBody = {
        "activity_arn"     = "arn:aws:states:eu-west-1:123456789012:activity:studio-film"
        "execution_arn"    = "{% $states.context.Execution.Id %}"
        "state_entered_at" = "{% $states.context.State.EnteredTime %}"
      }
    }
    error_message = "the request has the keys the dispatcher reads"
  }
  assert {
    condition     = output.state.Branches[0].States["film-RequestDispatch"].Output == "{% $states.input %}"
    error_message = "the activity must get the state's input, not SQS's answer"
  }
  assert {
    condition     = alltrue([for state in concat([output.state], values(output.state.Branches[0].States)) : state.QueryLanguage == "JSONata"])
    error_message = "every state says its language: then it fits a machine of either"
  }
  assert {
    condition     = alltrue([for word in ["Parameters", "ResultPath", "OutputPath", "ResultSelector", "InputPath", ".$\""] : !strcontains(jsonencode(output.state), word)])
    error_message = "JSONata has none of JSONPath's fields"
  }
  assert {
    condition     = [for key in ["HeartbeatSeconds", "TimeoutSeconds"] : output.state.Branches[0].States["film-Activity"][key]] == [180, 3600] && contains(output.state.Retry[0].ErrorEquals, "Job.Interrupted")
    error_message = "the clocks and retries are those of JSONPath"
  }
}

run "a_second_use_with_errors_of_its_own" {
  command = plan
  variables {
    prefix = "Again "
    catch  = [{ error_equals = ["States.ALL"], next = "Sorry", output = "{% $states.errorOutput %}" }]
    retry  = []
  }

  assert {
    condition     = keys(output.state.Branches[0].States) == ["Again Activity", "Again RequestDispatch"] && !can(output.state.Retry)
    error_message = "its inner states have the prefix, and nothing is retried"
  }
  assert {
    condition     = jsonencode(output.state.Catch) == jsonencode([{ ErrorEquals = ["States.ALL"], Next = "Sorry", Output = "{% $states.errorOutput %}" }])
    error_message = "the next state gets the error"
  }
}

run "a_catch_may_make_an_object" {
  command = plan
  variables {
    catch = [{ error_equals = ["States.ALL"], next = "Sorry", output = { film = "{% $states.input.film %}", failed = true } }]
  }

  assert {
    condition     = output.state.Catch[0].Output == { film = "{% $states.input.film %}", failed = true }
    error_message = "an output may be any value"
  }
}

run "hands_over_the_input_as_a_value" {
  command = plan
  variables {
    activity = merge(var.activity, { arn = null, wake_up = "callback" })
  }

  assert {
    condition     = output.state.Type == "Task" && output.state.Resource == "arn:aws:states:::sqs:sendMessage.waitForTaskToken" && output.state.QueryLanguage == "JSONata"
    error_message = "the state must wait for its callback"
  }
  assert {
    condition = output.state.Arguments == {
      QueueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch"
      MessageBody = {
        "callback"         = "film"
        "task_token"       = "{% $states.context.Task.Token %}"
        "input_value"      = "{% $states.input %}"
        "execution_arn"    = "{% $states.context.Execution.Id %}"
        "state_entered_at" = "{% $states.context.State.EnteredTime %}"
      }
    }
    error_message = "the input is no text, in which JSONata would round its numbers, and has a name of its own: a text is not taken for JSON"
  }
}

run "a_mode_without_requests_is_the_activity_alone" {
  command = plan
  variables {
    activity = merge(var.activity, { wake_up = "poll" })
  }

  assert {
    condition     = output.state.Resource == var.activity.arn && output.state.QueryLanguage == "JSONata" && !can(output.state.Arguments)
    error_message = "the state must be the activity alone"
  }
}

run "an_envelope_says_which_execution_a_task_is_of" {
  command = plan
  variables {
    activity = merge(var.activity, { envelope = true })
  }

  assert {
    condition = output.state.Arguments == {
      "activity_dispatch_envelope" = 1
      "execution_arn"              = "{% $states.context.Execution.Id %}"
      "state_name"                 = "{% $states.context.State.Name %}"
      "attempt"                    = "{% $states.context.State.RetryCount %}"
      "entered_at"                 = "{% $states.context.State.EnteredTime %}"
      "trace"                      = "{% $exists($states.context.Execution.Input.traceparent) ? $states.context.Execution.Input.traceparent : null %}"
      "input"                      = "{% $states.input %}"
    }
    error_message = "the envelope has the keys that the dispatcher reads, and the input as a value"
  }
  assert {
    condition     = !can(output.state.Branches[0].States["film-Activity"].Arguments) && output.state.Branches[0].States["film-RequestDispatch"].Output == "{% $states.input %}"
    error_message = "the inner states pass it on"
  }
}
