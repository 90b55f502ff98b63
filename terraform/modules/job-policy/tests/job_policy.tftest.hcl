variables {
  activities = ["words", "words-left"]
}

run "a_container_answers_for_its_own_activities" {
  command = plan

  assert {
    condition = { for statement in jsondecode(output.policy_json).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      ReportTasks = [["states:SendTaskSuccess", "states:SendTaskFailure", "states:SendTaskHeartbeat"], [
        "arn:aws:states:eu-west-1:123456789012:activity:studio-words", "arn:aws:states:eu-west-1:123456789012:activity:studio-words-left",
      ]]
      ReadTasks           = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks"]]
      SettleTasks         = [["dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks"]]
      ReadAndKeepPayloads = [["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::studio-data/tasks/*"]]
    }
    error_message = "these actions on these resources, and neither queue nor reporter"
  }
}

run "no_job_reaches_what_is_no_task" {
  command = plan

  assert {
    condition = alltrue([for statement in jsondecode(output.policy_json).Statement : (
      statement.Condition["ForAllValues:StringLike"] == { "dynamodb:LeadingKeys" = ["????????????????????????????????"] } &&
      statement.Condition["ForAllValues:StringNotLike"] == { "dynamodb:LeadingKeys" = ["*#*"] } &&
      statement.Condition.Null["dynamodb:LeadingKeys"] == "false"
    ) if contains(["ReadTasks", "SettleTasks"], statement.Sid)])
    error_message = "only keys of 32 characters without a #: no description, claim, slot or lease"
  }
  assert {
    condition = [for statement in jsondecode(output.policy_json).Statement : statement.Condition.Null["dynamodb:Attributes"] if statement.Sid == "SettleTasks"] == ["false"] && alltrue([
      for name in ["activity_arn", "backend", "job_id", "poll_id", "attempts", "activity", "execution_arn"] :
      !contains([for statement in jsondecode(output.policy_json).Statement : statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"] if statement.Sid == "SettleTasks"][0], name)
    ])
    error_message = "a job decides neither whose task an item is nor which backend starts it"
  }
}

run "callbacks_are_answered_on_the_state_machines" {
  command = plan
  variables {
    callbacks = true
  }

  assert {
    condition = jsondecode(output.policy_json).Statement[0].Resource == concat(
      [for name in ["words", "words-left"] : "arn:aws:states:eu-west-1:123456789012:activity:studio-${name}"],
      [for name in ["studio", "studio-*", "orders"] : "arn:aws:states:eu-west-1:123456789012:stateMachine:${name}"],
    )
    error_message = "a callback's token belongs to its state machine"
  }
}

run "a_function_also_frees_its_slot_and_asks_for_the_next_job" {
  command = plan
  variables {
    kind = "function"
  }

  assert {
    condition = { for statement in jsondecode(output.policy_json).Statement : statement.Sid => [statement.Action, statement.Resource] if contains(["FreeSlots", "ReadSlots", "MakeDispatchRequests", "ReportFailedInvocations"], statement.Sid) } == {
      FreeSlots               = [["dynamodb:UpdateItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks"]]
      ReadSlots               = [["dynamodb:GetItem"], ["arn:aws:dynamodb:eu-west-1:123456789012:table/studio-tasks"]]
      MakeDispatchRequests    = [["sqs:SendMessage"], ["arn:aws:sqs:eu-west-1:123456789012:studio-dispatch"]]
      ReportFailedInvocations = [["lambda:InvokeFunction"], ["arn:aws:lambda:eu-west-1:123456789012:function:studio-reporter"]]
    }
    error_message = "what a function does at the end of its job"
  }
  assert {
    condition = alltrue([for statement in jsondecode(output.policy_json).Statement : statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] == [
      for name in ["words", "words-left"] : "slots#arn:aws:states:eu-west-1:123456789012:activity:studio-${name}"
    ] if endswith(statement.Sid, "Slots")])
    error_message = "the slots of its own activities only"
  }
  assert {
    condition     = contains([for statement in jsondecode(output.policy_json).Statement : statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"] if statement.Sid == "SettleTasks"][0], "claimed_until")
    error_message = "it says until when it runs"
  }
}

run "a_function_frees_slots_of_callbacks_too" {
  command = plan
  variables {
    kind      = "function"
    callbacks = true
  }

  assert {
    condition     = contains([for statement in jsondecode(output.policy_json).Statement : statement.Condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] if statement.Sid == "FreeSlots"][0], "slots#callback:words")
    error_message = "a callback target's slots have another key"
  }
}

run "customer_keys_are_used" {
  command = plan
  variables {
    stack = merge(var.stack, { kms_key_arns = ["arn:aws:kms:eu-west-1:123456789012:key/1", "arn:aws:kms:eu-west-1:123456789012:key/2"] })
  }

  assert {
    condition     = [for statement in jsondecode(output.policy_json).Statement : statement.Resource if statement.Sid == "UseKeysOfTablePayloadsAndQueues"] == [["arn:aws:kms:eu-west-1:123456789012:key/1", "arn:aws:kms:eu-west-1:123456789012:key/2"]]
    error_message = "those of table, payloads and queues"
  }
}

run "rejects_a_pattern_of_activities" {
  command = plan
  variables {
    activities = ["*"]
  }
  expect_failures = [var.activities]
}

run "rejects_no_activities" {
  command = plan
  variables {
    activities = []
  }
  expect_failures = [var.activities]
}

run "rejects_an_unknown_kind" {
  command = plan
  variables {
    kind = "task"
  }
  expect_failures = [var.kind]
}

run "a_warm_worker_takes_tasks_of_its_own_activities" {
  command = plan
  variables {
    warm = true
  }

  assert {
    condition     = one([for statement in jsondecode(output.policy_json).Statement : statement.Resource if statement.Sid == "TakeTasks"]) == one([for statement in jsondecode(output.policy_json).Statement : statement.Resource if statement.Sid == "ReportTasks"])
    error_message = "only on the activities that it answers for"
  }
  assert {
    condition     = alltrue([for key in one([for statement in jsondecode(output.policy_json).Statement : statement.Condition["ForAllValues:StringEquals"]["dynamodb:LeadingKeys"] if statement.Sid == "ReadOwnDescription"]) : startswith(key, "activity#arn:")])
    error_message = "it reads the descriptions of its own activities only"
  }
  assert {
    condition     = length(setintersection(one([for statement in jsondecode(output.policy_json).Statement : statement.Condition["ForAllValues:StringEquals"]["dynamodb:Attributes"] if statement.Sid == "SettleTasks"]), ["activity_arn", "backend", "activity", "holds_slot", "starting_at", "job_of"])) == 0
    error_message = "it must not decide whose task an item is"
  }
}

run "no_other_container_takes_tasks" {
  command = plan

  assert {
    condition     = length([for statement in jsondecode(output.policy_json).Statement : statement.Sid if contains(["TakeTasks", "ReadOwnDescription"], statement.Sid)]) == 0
    error_message = "a container that is not warm takes nothing"
  }
}
