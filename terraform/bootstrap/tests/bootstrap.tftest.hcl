mock_provider "aws" {
  source          = "../../tests/mocks/aws"
  override_during = plan
}

# A mocked provider cannot import.
override_resource {
  target          = aws_s3_bucket.state
  override_during = plan
  values          = { id = "dispatch-dev-state-123456789012-eu-west-1", bucket = "dispatch-dev-state-123456789012-eu-west-1" }
}

variables {
  account_id  = "123456789012"
  region      = "eu-west-1"
  name        = "dispatch-dev"
  environment = "dev"
}

run "a_private_versioned_encrypted_bucket_and_the_registries" {
  command = plan

  assert {
    condition     = output.state_bucket == "dispatch-dev-state-123456789012-eu-west-1" && keys(output.repositories) == ["training", "worker"]
    error_message = "names must contain environment, account and region"
  }
  assert {
    condition     = aws_s3_bucket_versioning.state.versioning_configuration[0].status == "Enabled" && aws_s3_bucket_public_access_block.state.restrict_public_buckets && aws_s3_bucket_public_access_block.state.block_public_policy
    error_message = "the bucket must be versioned and private"
  }
  assert {
    condition     = jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Effect == "Deny" && jsondecode(aws_s3_bucket_policy.state.policy).Statement[0].Condition == { Bool = { "aws:SecureTransport" = "false" } }
    error_message = "the bucket must require TLS"
  }
}

run "rejects_an_account_that_was_not_filled_in" {
  command = plan
  variables {
    account_id = "FILL-IN"
  }
  expect_failures = [var.account_id]
}
