mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  packages = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  image    = "films:1"
  functions = {
    caption = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:caption", role_name = "caption" }
    score   = { arn = "arn:aws:lambda:eu-west-1:123456789012:function:score", role_name = "score" }
  }
}

run "three_activities_and_one_of_them_twice" {
  command = plan

  assert {
    condition     = keys(output.state_machines) == ["in-jsonata", "in-jsonpath"]
    error_message = "one machine for each language"
  }
  assert {
    # Step Functions refuses a name that comes up twice in a state machine, in Map and Parallel too.
    condition = alltrue([for states in values(local.states) : sort(flatten([for state in values(states) : keys(state.Branches[0].States)])) == sort([
      for pair in setproduct(["assemble", "caption", "cut", "score"], ["Activity", "RequestDispatch"]) : join("-", pair)
    ])])
    error_message = "each use must have inner states of its own"
  }
  assert {
    condition     = alltrue([for states in values(local.states) : states.assemble.Branches[0].States["assemble-Activity"].Resource == states.cut.Branches[0].States["cut-Activity"].Resource])
    error_message = "both uses must be of one activity"
  }
  assert {
    condition     = alltrue([for state in values(local.states.JSONata) : state.QueryLanguage == "JSONata"]) && !strcontains(jsonencode(local.states.JSONPath), "QueryLanguage") && local.in_jsonata.QueryLanguage == "JSONata"
    error_message = "each machine must have states in its language"
  }
  assert {
    condition     = length(distinct(values(module.stack.execution_policies_json))) == 1
    error_message = "one permission must be enough for all of them"
  }
}
