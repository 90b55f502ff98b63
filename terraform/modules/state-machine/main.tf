data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
# For its region: of aws_region, 5.100 has no `region`, and 6 deprecates `name` and `id`.
data "aws_service" "current" { service_id = "states" }

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: logs.retention_days decides; a year of every execution's events costs more than most want to pay
  # Groups under vendedlogs take no room in the account's resource policy for log delivery, which is limited to 5,120
  # characters.
  name              = "/aws/vendedlogs/states/${var.name}"
  log_group_class   = var.logs.class
  retention_in_days = var.logs.retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_284: X-Ray charges for each trace, so tracing is the user's choice
  #checkov:skip=CKV_AWS_285: the history is logged (logs.level), but data, which may be personal, only with logs.include_execution_data
  name       = var.name
  type       = "STANDARD"
  role_arn   = aws_iam_role.this.arn
  definition = var.definition
  tags       = var.tags

  logging_configuration {
    level                  = var.logs.level
    include_execution_data = var.logs.include_execution_data
    log_destination        = "${aws_cloudwatch_log_group.this.arn}:*"
  }

  # Always set: if left out, it would keep its old value.
  tracing_configuration {
    enabled = var.tracing
  }

  # So that the state machine has its permissions as soon as it exists.
  depends_on = [aws_iam_role_policy.logs, aws_iam_role_policy.tracing, aws_iam_role_policy.this]
}

resource "aws_cloudwatch_log_subscription_filter" "listener" {
  count = var.listener_arn == null ? 0 : 1

  name            = "${var.name}-listener"
  log_group_name  = aws_cloudwatch_log_group.this.name
  filter_pattern  = "{ $.type = \"ActivityScheduled\" }"
  destination_arn = var.listener_arn

  lifecycle {
    precondition {
      condition     = var.logs.level == "ALL" && var.logs.class == "STANDARD"
      error_message = "logs must have level ALL and class STANDARD for listener_arn. Given: ${var.logs.level} and ${var.logs.class}."
    }
  }
}
