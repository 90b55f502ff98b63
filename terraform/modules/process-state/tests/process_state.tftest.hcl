variables {
  activity = {
    key               = "film"
    arn               = "arn:aws:states:eu-west-1:123456789012:activity:studio-film"
    heartbeat_seconds = 180
    timeout_seconds   = 3600
    wake_up           = "requests"
    partition         = "aws"
    queue             = { url = "https://sqs.eu-west-1.amazonaws.com/123456789012/studio-dispatch", arn = "arn:aws:sqs:eu-west-1:123456789012:studio-dispatch" }
  }
}

run "jsonpath" {
  command = plan
  assert {
    condition     = keys(output.state.Branches[0].States) == ["film-Activity", "film-RequestDispatch"] && output.state.OutputPath == "$[0]"
    error_message = jsonencode(output.state)
  }
  assert {
    condition     = !strcontains(jsonencode(output.state), "QueryLanguage") && output.state.Branches[0].States["film-Activity"].TimeoutSeconds == 3600
    error_message = jsonencode(output.state)
  }
}

run "jsonata" {
  command = plan
  variables {
    query_language = "JSONata"
    prefix         = "Again "
    catch          = [{ error_equals = ["States.ALL"], next = "Sorry", output = "{% $states.errorOutput %}" }]
    retry          = []
  }
  assert {
    condition     = output.state.Output == "{% $states.result[0] %}" && can(output.state.Branches[0].States["Again RequestDispatch"].Arguments) && !can(output.state.Retry)
    error_message = jsonencode(output.state)
  }
  assert {
    condition     = alltrue([for state in concat([output.state], values(output.state.Branches[0].States)) : state.QueryLanguage == "JSONata"])
    error_message = jsonencode(output.state)
  }
  assert {
    condition     = output.state.Catch[0].Output == "{% $states.errorOutput %}" && output.state.Catch[0].Next == "Sorry"
    error_message = jsonencode(output.state)
  }
}
