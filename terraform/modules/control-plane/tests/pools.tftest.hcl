mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

run "sizes_are_in_the_table_and_in_the_handle" {
  command = plan
  variables {
    pools = { gpus = { size = 4 }, licences = { size = 20 } }
  }

  assert {
    condition     = jsondecode(aws_dynamodb_table_item.pool["gpus"].item) == { task_id = { S = "activity#pool:gpus" }, size = { N = "4" } } && length(aws_dynamodb_table_item.pool) == 2
    error_message = "the dispatcher reads a pool's size from the table"
  }
  assert {
    condition     = output.handle.pools == { gpus = 4, licences = 20 }
    error_message = "module activity checks an activity's pool and weight"
  }
}

run "rejects_wrong_names_and_sizes" {
  command = plan
  variables {
    pools = { "a pool" = { size = 0 } }
  }
  expect_failures = [var.pools]
}
