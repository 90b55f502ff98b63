mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan
}

variables {
  name         = "first"
  folder       = "../../../build/terraform/test-packages/stack"
  packages_dir = "../../../build/terraform/test-packages/stack"
  example      = {}
}

run "packages" {
  module {
    source = "./tests/packages"
  }
}

run "the_key_of_a_zip_contains_its_hash" {
  command = plan

  assert {
    condition     = aws_s3_object.package["process"].key == "functions/process-${substr(sha256("process"), 0, 16)}.zip"
    error_message = "the key of a zip must contain its hash"
  }
  assert {
    condition     = local.artefacts.process.key == aws_s3_object.package["process"].key && local.artefacts.process.hash == base64sha256("process")
    error_message = "the function must use that object"
  }
}

run "zips_of_a_release_are_used_in_place" {
  command = plan
  variables {
    example           = null
    packages_dir      = null
    packages          = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener"] : name => { key = "v1/${name}.zip", hash = base64sha256(name) } } }
    lambda_activities = { mine = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:mine" } }
  }

  assert {
    condition     = local.artefacts.reporter == { bucket = "releases", key = "v1/reporter.zip", hash = base64sha256("reporter") }
    error_message = "the settings must be as given"
  }
  assert {
    condition     = length(aws_s3_object.package) == 0 && keys(aws_s3_bucket.this) == ["data"]
    error_message = "nothing is uploaded, and there is no bucket for zips"
  }
}

run "buckets_take_more_tags_than_objects_can" {
  command = plan
  variables {
    tags = { for number in range(11) : "tag-${number}" => "value" }
  }

  assert {
    condition     = length(aws_s3_bucket.this["artefacts"].tags) == 11
    error_message = "the bucket must have all tags"
  }
  assert {
    condition     = alltrue([for zip in aws_s3_object.package : length(coalesce(zip.tags, {})) == 0])
    error_message = "objects must have no tags: S3 allows 10"
  }
}

run "buckets_are_private_encrypted_versioned_and_deny_plain_http" {
  command = plan

  assert {
    condition     = alltrue([for purpose in ["artefacts", "data"] : aws_s3_bucket_public_access_block.this[purpose].restrict_public_buckets && aws_s3_bucket_public_access_block.this[purpose].block_public_policy])
    error_message = "nothing is public"
  }
  assert {
    condition     = alltrue([for rules in values(aws_s3_bucket_server_side_encryption_configuration.this)[*].rule : alltrue([for rule in rules : rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"])])
    error_message = "encrypted with S3's keys"
  }
  assert {
    condition     = alltrue([for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"])
    error_message = "versioning must be enabled"
  }
  assert {
    condition = alltrue([for purpose in ["artefacts", "data"] : jsondecode(aws_s3_bucket_policy.this[purpose].policy).Statement == [{
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = ["arn:aws:s3:::first-${purpose}-123456789012-eu-west-1", "arn:aws:s3:::first-${purpose}-123456789012-eu-west-1/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]])
    error_message = "bucket and objects must require TLS"
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.this : !bucket.force_destroy])
    error_message = "by default, destroying the stack keeps the contents"
  }
}

run "only_payloads_expire" {
  command = plan
  variables {
    data = { payload_retention_days = 3 }
  }

  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.payloads[0].rule[0].filter[0].prefix == "tasks/" && aws_s3_bucket_lifecycle_configuration.payloads[0].rule[0].expiration[0].days == 3
    error_message = "only objects under tasks/ may expire"
  }
}

run "payloads_can_be_kept" {
  command = plan
  variables {
    data = { keep_payloads = true }
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.payloads) == 0
    error_message = "there must be no lifecycle rule"
  }
}

run "a_customer_key_covers_the_buckets" {
  command = plan
  variables {
    data = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" }
  }

  assert {
    condition = alltrue([for rules in values(aws_s3_bucket_server_side_encryption_configuration.this)[*].rule : alltrue([
      for rule in rules : rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.data.kms_key_arn && rule.bucket_key_enabled
    ])])
    error_message = "both buckets must use the key"
  }
  assert {
    condition     = local.prepare_policy.Statement[2].Action == ["kms:Decrypt"] && local.prepare_policy.Statement[2].Resource == [var.data.kms_key_arn]
    error_message = "prepare must be able to decrypt"
  }
}

run "a_function_and_a_stack_that_refer_to_each_other_are_no_cycle" {
  command = plan
  module {
    source = "./tests/own_function"
  }

  assert {
    condition     = output.environment.TASK_TABLE == "orders-tasks"
    error_message = "the function gets the stack's settings"
  }
}

run "only_user_functions_without_the_example" {
  command = plan
  variables {
    example = null
    lambda_activities = {
      invoices = { function_arn = "arn:aws:lambda:eu-west-1:123456789012:function:invoices" }
    }
  }

  assert {
    condition     = keys(output.activities) == ["invoices"] && length(output.state_machines) + length(output.examples) == 0 && keys(output.functions) == ["dispatcher", "reconciler", "reporter"]
    error_message = "nothing of the example may be created"
  }
  assert {
    condition     = keys(aws_s3_object.package) == ["dispatcher", "listener", "poller", "reconciler", "reporter"]
    error_message = "only the stack's own zips may be uploaded"
  }
}

run "rejects_wrong_values" {
  command = plan
  variables {
    name         = "First"
    packages_dir = "nowhere"
    data         = { payload_retention_days = 0, kms_key_arn = "alias/mine" }
  }
  expect_failures = [var.name, var.packages_dir, var.data]
}

run "rejects_a_stack_without_zips" {
  command = plan
  variables {
    packages_dir = null
  }
  expect_failures = [var.packages_dir]
}

run "rejects_packages_dir_together_with_packages" {
  command = plan
  variables {
    packages = { bucket = "releases", zips = { for name in ["dispatcher", "reporter", "reconciler", "poller", "listener", "prepare", "process", "publish", "reduce"] : name => { key = "${name}.zip", hash = base64sha256(name) } } }
  }
  expect_failures = [var.packages_dir]
}

run "rejects_a_release_with_missing_zips_or_bad_hashes" {
  command = plan
  variables {
    packages_dir = null
    packages     = { bucket = "releases", zips = { dispatcher = { key = "dispatcher.zip", hash = "0123" } } }
  }
  expect_failures = [var.packages]
}
