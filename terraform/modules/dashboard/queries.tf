# Questions to the logs of the stack's functions: saved in CloudWatch Logs Insights under NAME/, and linked from the dashboard.
# The keys of the lines: docs/watching.md.
locals {
  log_groups = [for function in values(var.functions) : "/aws/lambda/${function}"]

  queries = {
    task      = "fields @timestamp, service, level, message, job_id | filter task_id = 'TASK_ID' | sort @timestamp"
    execution = "fields @timestamp, service, level, message, task_id | filter execution like 'EXECUTION' | sort @timestamp"
    problems  = "filter level in ['WARNING', 'ERROR', 'CRITICAL'] | stats count(*) as lines, latest(@timestamp) as last by service, level, activity, message | sort lines desc | limit 50"
    failures  = "filter ispresent(TasksFailed) | stats sum(TasksFailed) as tasks by activity, error, name | sort tasks desc"
    starts    = "filter ispresent(DispatchLatency) | stats count(*) as tasks, pct(DispatchLatency, 50) as p50_ms, pct(DispatchLatency, 99) as p99_ms, max(DispatchLatency) as max_ms by activity, bin(5m)"
    throttled = "filter ispresent(Throttles) | stats sum(Throttles) as calls by operation, bin(5m)"
  }
  questions = {
    task      = "What happened to a task? Put its id in."
    execution = "What happened to an execution's tasks? Put its name in."
    problems  = "Which warnings and errors are there, and how often?"
    failures  = "Which tasks failed, and why?"
    starts    = "How long do tasks take to start, by activity?"
    throttled = "Which calls does AWS throttle?"
  }

  # The console keeps a query in its address: texts behind ', escaped with * where a URL has %.
  links = { for key, query in local.queries : key => join("", [
    "https://${local.region}.console.aws.amazon.com/cloudwatch/home?region=${local.region}#logsV2:logs-insights$3FqueryDetail$3D",
    "~(end~0~start~-3600~timeType~'RELATIVE~unit~'seconds~editorString~'",
    replace(replace(urlencode(query), "+", "*20"), "%", "*"),
    "~source~(",
    join("", [for group in local.log_groups : "~'${replace(replace(urlencode(group), "+", "*20"), "%", "*")}"]),
    "))",
  ]) }
}

resource "aws_cloudwatch_query_definition" "this" {
  for_each = var.saved_queries ? local.queries : {}

  name            = "${var.name}/${each.key}"
  log_group_names = local.log_groups
  query_string    = each.value
}
