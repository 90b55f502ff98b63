mock_provider "aws" {
  mock_data "aws_service" {
    defaults = { region = "eu-west-1" }
  }
  mock_resource "aws_cloudwatch_metric_alarm" {
    defaults = { arn = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:orders" }
  }
}

variables {
  name       = "orders"
  functions  = { dispatcher = "orders-dispatcher", reconciler = "orders-reconciler" }
  queues     = { dispatch = "orders-dispatch", dead_letter = "orders-dispatch-dead-letter" }
  alarm_arns = { silent = "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:silent" }
}

run "one_row_of_widgets_for_each_concern" {
  command = apply

  assert {
    condition     = aws_cloudwatch_dashboard.this.dashboard_name == "orders" && length(jsondecode(aws_cloudwatch_dashboard.this.dashboard_body).widgets) == 20
    error_message = "The dashboard must have 20 widgets: six headings, the alarms, four rows of three and the questions."
  }
  assert {
    condition = alltrue([for widget in local.widgets :
      widget.x >= 0 && widget.x + widget.width <= 24 && widget.width >= 1 && widget.height >= 1 && widget.height <= 1000 && widget.y >= 0
    ])
    error_message = "A widget is outside the grid of 24 columns."
  }
  # No two widgets share a cell of the grid.
  assert {
    condition     = length(distinct(flatten([for widget in local.widgets : [for cell in setproduct(range(widget.x, widget.x + widget.width), range(widget.y, widget.y + widget.height)) : join(",", cell)]]))) == sum([for widget in local.widgets : widget.width * widget.height])
    error_message = "Two widgets overlap."
  }
  assert {
    condition     = [for widget in local.widgets : widget.properties.markdown if widget.type == "text" && widget.height == 1] == local.rows[*].heading
    error_message = "The rows are out of order."
  }
}

run "graphs_have_the_form_that_cloudwatch_reads" {
  command = apply

  # [namespace, metric, (dimension, value)..., {rendering}], or one object with an expression.
  assert {
    condition = alltrue(flatten([for graph in local.graphs : [for metric in graph.metrics :
      length(metric) == 1 ? can(metric[0].expression) && can(metric[0].id) : length(metric) % 2 == 1 && length(metric) >= 5 && can(metric[length(metric) - 1].stat)
    ]]))
    error_message = "A metric does not have the form of a dashboard body."
  }
  # Ids are unique within a graph.
  assert {
    condition     = alltrue([for graph in local.graphs : length(distinct([for metric in graph.metrics : metric[0].id if length(metric) == 1])) == length([for metric in graph.metrics : metric if length(metric) == 1])])
    error_message = "Two expressions of a graph have the same id."
  }
  assert {
    condition     = local.graphs.throttles.metrics[0][0].expression == "SEARCH('{ActivityDispatch,stack,operation} stack=\"orders\" MetricName=\"Throttles\"', 'Sum', 60)"
    error_message = "The search for throttles differs."
  }
  assert {
    condition     = [for metric in local.graphs.queues.metrics : metric[3]] == ["orders-dispatch-dead-letter", "orders-dispatch"] && length(local.graphs.function_errors.metrics) == 4
    error_message = "Not every queue and function is shown."
  }
  assert {
    condition     = length(local.rows[0].widgets[0].properties.alarms) == 6 && output.url == "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/orders"
    error_message = "The alarms of other modules are missing, or the URL is wrong."
  }
}

# The activities are made elsewhere, in any state: none is named here.
run "activities_are_found_by_a_search" {
  command = plan
  variables {
    name = "order-desk"
  }

  assert {
    condition = [for metric in local.graphs.activities.metrics : metric[0].expression] == [
      for name in ["ActivitiesTimedOut", "ActivitiesHeartbeatTimedOut"] : "SEARCH('{AWS/States,ActivityArn} MetricName=\"${name}\" activity order desk', 'Sum', 60)"
    ]
    error_message = "The search must have each part of the stack's name: CloudWatch finds words, not prefixes."
  }
}

run "alarms_on_the_stack_s_own_metrics" {
  command = plan

  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => [alarm.alarm_name, alarm.namespace, alarm.metric_name, alarm.threshold, alarm.evaluation_periods] } == { stuck-tasks = ["orders-stuck-tasks", "ActivityDispatch", "OverdueTasks", 0, 5], heartbeats-behind = ["orders-heartbeats-behind", "ActivityDispatch", "SecondsBehind", 120, 5], jobs-not-described = ["orders-jobs-not-described", "ActivityDispatch", "JobsNotDescribed", 0, 5], dispatch-errors = ["orders-dispatch-errors", "ActivityDispatch", "DispatchErrors", 0, 1], invalid-items = ["orders-invalid-items", "ActivityDispatch", "InvalidItems", 0, 1] }
    error_message = "The alarms differ."
  }
  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.dimensions == tomap({ stack = "orders" }) && alarm.treat_missing_data == "notBreaching" && alarm.comparison_operator == "GreaterThanThreshold"])
    error_message = "An alarm watches another stack, or alarms on missing data."
  }
}

run "thresholds_and_actions_can_be_set" {
  command = plan
  variables {
    overdue_minutes     = 30
    max_dispatch_errors = 7
    alarm_actions       = ["arn:aws:sns:eu-west-1:123456789012:duty"]
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["stuck-tasks"].evaluation_periods == 30 && aws_cloudwatch_metric_alarm.this["dispatch-errors"].threshold == 7 && alltrue([for alarm in aws_cloudwatch_metric_alarm.this : alarm.alarm_actions == toset(["arn:aws:sns:eu-west-1:123456789012:duty"]) && alarm.ok_actions == alarm.alarm_actions])
    error_message = "The alarms have another threshold, or notify nobody."
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name                = "no blanks"
    alarm_arns          = { a = "alarm" }
    alarm_actions       = ["duty"]
    overdue_minutes     = 0
    max_dispatch_errors = -1
  }

  expect_failures = [var.name, var.alarm_arns, var.alarm_actions, var.overdue_minutes, var.max_dispatch_errors]
}

run "questions_are_saved_and_linked" {
  command = apply

  assert {
    condition     = keys(aws_cloudwatch_query_definition.this) == keys(local.questions) && aws_cloudwatch_query_definition.this["task"].name == "orders/task"
    error_message = "Each question must be saved under the stack's name."
  }
  assert {
    condition     = aws_cloudwatch_query_definition.this["task"].log_group_names == tolist(["/aws/lambda/orders-dispatcher", "/aws/lambda/orders-reconciler"])
    error_message = "The queries must search the logs of the stack's functions."
  }
  # In an address of the console only letters, digits and a few signs are not escaped, and * takes the place of %.
  assert {
    condition     = alltrue([for link in values(local.links) : can(regex("^https://eu-west-1[.]console[.]aws[.]amazon[.]com/cloudwatch/home[?]region=eu-west-1#logsV2:logs-insights[$]3FqueryDetail[$]3D~[(]end~0~start~-3600~timeType~'RELATIVE~unit~'seconds~editorString~'[A-Za-z0-9*_.-]+~source~[(](~'[A-Za-z0-9*_.-]+)+[)][)]$", link))])
    error_message = "A link has another form than the console's: ${jsonencode(local.links)}"
  }
  assert {
    condition     = strcontains(local.links.throttled, "editorString~'filter*20ispresent*28Throttles*29*20*7C*20stats") && endswith(local.links.throttled, "~source~(~'*2Faws*2Flambda*2Forders-dispatcher~'*2Faws*2Flambda*2Forders-reconciler))")
    error_message = "The link for throttled calls is ${local.links.throttled}."
  }
}

run "questions_need_not_be_saved" {
  command = apply

  variables {
    saved_queries = false
  }

  assert {
    condition     = length(aws_cloudwatch_query_definition.this) == 0 && length(local.links) == 6
    error_message = "Without saved queries the links must stay."
  }
}
