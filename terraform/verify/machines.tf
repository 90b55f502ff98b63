# State machines for the checks.
locals {
  # A failure that the function sends on purpose, and that a later attempt no longer has.
  again = { ErrorEquals = ["Verify.Again"], IntervalSeconds = 3, MaxAttempts = 10, BackoffRate = 1 }

  # State machines that know nothing of a dispatcher: just the activity.
  bare = { for key in ["poll", "logs"] : key => {
    StartAt = "Wait"
    States = { Wait = {
      Type             = "Task"
      Resource         = module.stack.activities[key]
      HeartbeatSeconds = 60
      TimeoutSeconds   = 300
      End              = true
    } }
  } }
  with_requests = { for key in concat(["requests", "single", "callback"], var.training == null ? [] : ["sagemaker"]) : key => {
    StartAt = "Process"
    States  = { Process = merge(module.stack.process_states[key], { End = true }) }
  } }

  definitions = merge(local.bare, local.with_requests, {
    retry = {
      StartAt = "Process"
      States = { Process = merge(module.stack.process_states.requests, {
        Retry = concat(try(module.stack.process_states.requests.Retry, []), [local.again])
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
            { StartAt = "Process", States = { Process = merge(module.stack.process_states.requests, { End = true }) } },
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
    jsonata = local.jsonata
  })
  # The activities whose dispatch each may request.
  requests_of = merge(
    { for key in keys(local.definitions) : key => [] },
    { for key in keys(local.with_requests) : key => [key] },
    { retry = ["requests"], branches = ["requests"], jsonata = ["requests"] },
  )

  # The state of mode `requests` as a machine needs it whose only language is JSONata.
  jsonata = {
    QueryLanguage = "JSONata"
    StartAt       = "Process"
    States = { Process = {
      Type = "Parallel"
      Branches = [{
        StartAt = "RequestDispatch"
        States = {
          RequestDispatch = {
            Type     = "Task"
            Resource = "arn:${data.aws_partition.current.partition}:states:::sqs:sendMessage"
            Arguments = {
              QueueUrl = module.stack.dispatch_queue_url
              MessageBody = {
                activity_arn     = module.stack.activities["requests"]
                execution_arn    = "{% $states.context.Execution.Id %}"
                state_entered_at = "{% $states.context.State.EnteredTime %}"
              }
            }
            Output = "{% $states.input %}"
            Next   = "Activity"
          }
          Activity = {
            Type             = "Task"
            Resource         = module.stack.activities["requests"]
            HeartbeatSeconds = 60
            TimeoutSeconds   = 300
            End              = true
          }
        }
      }]
      Output = "{% $states.result[0] %}"
      End    = true
    } }
  }
}

resource "aws_sfn_activity" "unserved" {
  for_each = toset(["clock", "hold", "polled"])

  name = "${var.name}-${each.key}"
}
