# The sizes of pools, in one place for all states whose activities share them. Like a description, no function may write one.
resource "aws_dynamodb_table_item" "pool" {
  for_each = var.pools

  table_name = aws_dynamodb_table.tasks.name
  hash_key   = "task_id"
  item = jsonencode({
    task_id = { S = "activity#pool:${each.key}" }
    size    = { N = tostring(each.value.size) }
  })
}
