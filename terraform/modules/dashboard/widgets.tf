# The graphs, by name. Metrics with a dimension whose values are unknown here are found by a search.
locals {
  of_stack = { stack = var.name }
  # Every value of one more dimension besides the stack.
  by = { for dimension in ["activity", "error", "operation", "pool"] :
    dimension => "{${local.namespace},stack,${dimension}} stack=\"${var.name}\""
  }

  graphs = {
    latency = {
      title = "From the request to the job's start"
      unit  = "ms"
      metrics = [for statistic in ["p50", "p99"] :
        [local.namespace, "DispatchLatency", "stack", var.name, { stat = statistic, label = statistic }]
      ]
    }
    errors = {
      title = "Tasks not started, requests not handled, invalid items"
      unit  = "count"
      metrics = [
        [local.namespace, "DispatchErrors", "stack", var.name, { stat = "Sum", color = "#d62728" }],
        [local.namespace, "InvalidItems", "stack", var.name, { stat = "Maximum", label = "invalid items" }],
      ]
    }
    throttles = {
      title   = "Throttled calls, by operation"
      unit    = "count"
      metrics = [[{ expression = "SEARCH('${local.by.operation} MetricName=\"Throttles\"', 'Sum', 60)", id = "throttles" }]]
    }
    open = {
      title = "Open tasks"
      unit  = "count"
      metrics = [
        [local.namespace, "OpenTasks", "stack", var.name, { stat = "Maximum", label = "all" }],
        [local.namespace, "TasksNotReached", "stack", var.name, { stat = "Maximum", label = "not reached by a pass", color = "#d62728" }],
        [local.namespace, "JobsNotDescribed", "stack", var.name, { stat = "Maximum", label = "jobs not described", color = "#ff7f0e" }],
        [local.namespace, "EventsLost", "stack", var.name, { stat = "Sum", label = "events lost", color = "#8c564b" }],
        [{ expression = "SEARCH('${local.by.activity} MetricName=\"OpenTasks\"', 'Maximum', 60)", id = "open" }],
      ]
    }
    age = {
      title = "Age of the oldest open task"
      unit  = "s"
      metrics = [
        [local.namespace, "OldestTaskAge", "stack", var.name, { stat = "Maximum", label = "all" }],
        [{ expression = "SEARCH('${local.by.activity} MetricName=\"OldestTaskAge\"', 'Maximum', 60)", id = "age" }],
        [local.namespace, "SecondsBehind", "stack", var.name, { stat = "Maximum", label = "reconciler behind", color = "#ff7f0e" }],
        [local.namespace, "OverdueTasks", "stack", var.name, { stat = "Maximum", label = "overdue tasks", yAxis = "right", color = "#d62728" }],
      ]
    }
    slots = {
      title = "Slots and pools: used, limit, requests waiting"
      unit  = "count"
      metrics = concat(
        [for index, metric in ["SlotsUsed", "SlotLimit", "RequestsWaiting"] :
          [{ expression = "SEARCH('${local.by.activity} MetricName=\"${metric}\"', 'Maximum', 60)", id = "slots${index}" }]
        ],
        [for index, metric in ["PoolUsed", "PoolWaiting"] :
          [{ expression = "SEARCH('${local.by.pool} MetricName=\"${metric}\"', 'Maximum', 60)", id = "pools${index}" }]
        ],
      )
    }
    outcomes = {
      title = "Tasks by outcome"
      unit  = "count"
      metrics = [for metric, color in { TasksSucceeded = "#2ca02c", TasksFailed = "#d62728", TasksCancelled = "#7f7f7f" } :
        [local.namespace, metric, "stack", var.name, { stat = "Sum", color = color }]
      ]
    }
    failures = {
      title   = "Failures, by error"
      unit    = "count"
      metrics = [[{ expression = "SEARCH('${local.by.error} MetricName=\"TasksFailed\"', 'Sum', 300)", id = "failures" }]]
    }
    activities = {
      title = "Timed-out tasks in Step Functions"
      unit  = "count"
      # An ARN is searched for by its parts: these activities are made elsewhere.
      metrics = [for index, metric in ["ActivitiesTimedOut", "ActivitiesHeartbeatTimedOut"] :
        [{ expression = "SEARCH('{AWS/States,ActivityArn} MetricName=\"${metric}\" ${join(" ", concat(["activity"], split("-", var.name)))}', 'Sum', 60)", id = "activities${index}" }]
      ]
    }
    queues = {
      title   = "Waiting messages"
      unit    = "count"
      metrics = [for key, queue in var.queues : ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", queue, { stat = "Maximum", label = key }]]
    }
    function_errors = {
      title = "Functions: errors and throttles"
      unit  = "count"
      metrics = concat([for metric in ["Errors", "Throttles"] : [for key, function in var.functions :
        ["AWS/Lambda", metric, "FunctionName", function, { stat = "Sum", label = "${key} ${metric}" }]
      ]]...)
    }
    durations = {
      title   = "Functions: duration, p99"
      unit    = "ms"
      metrics = [for key, function in var.functions : ["AWS/Lambda", "Duration", "FunctionName", function, { stat = "p99", label = key }]]
    }
  }

  widget = { for key, graph in local.graphs : key => {
    type = "metric"
    properties = {
      title   = graph.title
      region  = local.region
      view    = "timeSeries"
      stacked = false
      period  = 60
      metrics = graph.metrics
      yAxis   = { left = { min = 0, label = graph.unit, showUnits = false } }
    }
  } }
}
