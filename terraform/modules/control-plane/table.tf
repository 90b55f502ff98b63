resource "aws_dynamodb_table" "tasks" {
  #checkov:skip=CKV_AWS_119: kms_key_arn sets a customer managed key; without it DynamoDB uses AWS's own
  name                        = local.names.task_table
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = "task_id"
  deletion_protection_enabled = var.data.deletion_protection
  tags                        = var.tags

  attribute {
    name = "task_id"
    type = "S"
  }

  attribute {
    name = "poll_id"
    type = "S"
  }

  attribute {
    name = "execution_arn"
    type = "S"
  }

  # To find the tasks of an execution that has to end: those whose execution is known, and under "unknown" those without their envelope.
  global_secondary_index {
    name            = "executions"
    hash_key        = "execution_arn"
    projection_type = "KEYS_ONLY"
  }

  # Open tasks, for the reconciler: a closed task has no poll_id. Inputs are left out.
  global_secondary_index {
    name            = "open"
    hash_key        = "poll_id"
    projection_type = "INCLUDE"
    non_key_attributes = [
      "activity", "activity_arn", "backend", "claimed_at", "claimed_by", "claimed_until", "error", "heartbeat_seconds",
      "holders", "holds_slot", "job_id", "outcome", "progress", "settled_at", "started_at", "starting_at", "state", "token", "waiting",
    ]
  }

  ttl {
    attribute_name = "expires_at"
    enabled        = true
  }

  point_in_time_recovery {
    enabled = true
  }

  # Without a customer managed key DynamoDB encrypts with AWS's own, free of charge.
  server_side_encryption {
    enabled     = local.table_kms_key_arn != null
    kms_key_arn = local.table_kms_key_arn
  }
}
