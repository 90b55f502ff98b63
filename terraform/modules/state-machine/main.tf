data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}
data "aws_region" "current" {}

resource "aws_cloudwatch_log_group" "this" {
  #checkov:skip=CKV_AWS_338: log_retention_days says how long; a year of every job's lines is not what most pay for
  # Under vendedlogs the group is not counted in the account's one resource policy for log delivery, which
  # holds 5,120 characters.
  name              = "/aws/vendedlogs/states/${var.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}

resource "aws_sfn_state_machine" "this" {
  #checkov:skip=CKV_AWS_284: X-Ray is charged by the trace and is the user's choice (tracing)
  #checkov:skip=CKV_AWS_285: the history is logged (log_level), but without data unless include_execution_data: it may be personal
  name       = var.name
  type       = "STANDARD"
  role_arn   = aws_iam_role.this.arn
  definition = var.definition
  tags       = var.tags

  logging_configuration {
    level                  = var.log_level
    include_execution_data = var.include_execution_data
    log_destination        = "${aws_cloudwatch_log_group.this.arn}:*"
  }

  # Always said: left out, it would stay as it was.
  tracing_configuration {
    enabled = var.tracing
  }

  # An execution started right after the machine is made meets it with its permissions.
  depends_on = [aws_iam_role_policy.logs, aws_iam_role_policy.tracing, aws_iam_role_policy.this]
}
