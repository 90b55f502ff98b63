# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }

locals {
  region = data.aws_service.current.region
  # The library uses the same name, in metrics.py.
  namespace = "ActivityDispatch"

  # One row for each concern: a heading above widgets of equal width.
  rows = [
    {
      heading = "## ${var.name}: alarms"
      height  = 3
      widgets = [{
        type = "alarm"
        # Both have keys that are known at plan time; the ARNs are not.
        properties = { title = "Alarms", alarms = concat(values(var.alarm_arns), [for alarm in aws_cloudwatch_metric_alarm.this : alarm.arn]) }
      }]
    },
    {
      heading = "## Dispatch: from the request to the job"
      height  = 6
      widgets = [
        local.widget["latency"],
        local.widget["errors"],
        local.widget["throttles"],
      ]
    },
    {
      heading = "## Open tasks"
      height  = 6
      widgets = [
        local.widget["open"],
        local.widget["age"],
        local.widget["slots"],
      ]
    },
    {
      heading = "## Outcomes"
      height  = 6
      widgets = [
        local.widget["outcomes"],
        local.widget["failures"],
        local.widget["activities"],
      ]
    },
    {
      heading = "## Questions to the logs"
      height  = 4
      widgets = [{
        type       = "text"
        properties = { markdown = join("\n", [for key, question in local.questions : "- [${question}](${local.links[key]})"]) }
      }]
    },
    {
      heading = "## Queues and functions"
      height  = 6
      widgets = [
        local.widget["queues"],
        local.widget["function_errors"],
        local.widget["durations"],
      ]
    },
  ]

  # Each row starts below the previous ones: a heading of height 1 and its widgets.
  tops = [for index, row in local.rows : sum(concat([0], [for above in slice(local.rows, 0, index) : above.height + 1]))]
  widgets = flatten([for index, row in local.rows : concat(
    [{ type = "text", x = 0, y = local.tops[index], width = 24, height = 1, properties = { markdown = row.heading } }],
    [for column, widget in row.widgets : {
      type       = widget.type
      x          = column * 24 / length(row.widgets)
      y          = local.tops[index] + 1
      width      = 24 / length(row.widgets)
      height     = row.height
      properties = widget.properties
    }],
  )])
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.name
  dashboard_body = jsonencode({ widgets = local.widgets, periodOverride = "inherit" })
}
