# State machines for the checks.
locals {
  # A failure that the function sends on purpose, and that a later attempt no longer has.
  again = { ErrorEquals = ["Verify.Again"], IntervalSeconds = 3, MaxAttempts = 10, BackoffRate = 1 }

  # State machines that know nothing of a dispatcher: just the activity.
  bare = { for key in ["poll", "logs"] : key => {
    StartAt = "Wait"
    States = { Wait = {
      Type             = "Task"
      Resource         = module.activity[key].arn
      HeartbeatSeconds = 60
      TimeoutSeconds   = 300
      End              = true
    } }
  } }
  with_requests = { for key in concat(["requests", "single", "callback"], var.training == null ? [] : ["sagemaker"]) : key => {
    StartAt = "Process"
    States  = { Process = merge(local.served[key].process_state, { End = true }) }
  } }

  definitions = merge(local.bare, local.with_requests, local.jsonata, {
    retry = {
      StartAt = "Process"
      States = { Process = merge(module.activity["requests"].process_state, {
        Retry = concat(try(module.activity["requests"].process_state.Retry, []), [local.again])
        End   = true
      }) }
    }
    # An error of a branch, caught by its name at the Parallel.
    branches = {
      StartAt = "Both"
      States = {
        Both = {
          Type = "Parallel"
          Branches = [
            { StartAt = "Process", States = { Process = merge(module.activity["requests"].process_state, { End = true }) } },
            { StartAt = "Beside", States = { Beside = { Type = "Wait", Seconds = 1, End = true } } },
          ]
          Catch = [{ ErrorEquals = ["Verify.Named"], Next = "ByName" }, { ErrorEquals = ["States.ALL"], Next = "ByOther" }]
          End   = true
        }
        ByName  = { Type = "Pass", Parameters = { caught = "by name", "error.$" = "$.Error" }, End = true }
        ByOther = { Type = "Pass", Parameters = { caught = "by States.ALL", "error.$" = "$.Error" }, End = true }
      }
    }
    # An activity that nothing serves: `make verify` polls it, or leaves it alone.
    clock = {
      StartAt = "Wait"
      States = { Wait = {
        Type           = "Task"
        Resource       = aws_sfn_activity.unserved["clock"].id
        TimeoutSeconds = 10
        End            = true
      } }
    }
    polled = {
      StartAt = "Wait"
      States = { Wait = {
        Type             = "Task"
        Resource         = aws_sfn_activity.unserved["polled"].id
        HeartbeatSeconds = 60
        TimeoutSeconds   = 120
        End              = true
      } }
    }
  })
  # The activities whose dispatch each may request.
  requests_of = merge(
    { for key in keys(local.definitions) : key => [] },
    { for key in keys(local.with_requests) : key => [key] },
    { retry = ["requests"], branches = ["requests"], jsonata = ["requests"], jsonata-callback = ["callback"] },
  )

  # Machines whose only language is JSONata.
  jsonata = { for key, state in module.jsonata : key => {
    QueryLanguage = "JSONata"
    StartAt       = "Process"
    States        = { Process = merge(state.state, { End = true }) }
  } }
}

resource "aws_sfn_activity" "unserved" {
  for_each = toset(["clock", "hold", "polled"])

  name = "${var.name}-${each.key}"
}
