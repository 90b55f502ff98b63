mock_provider "aws" {
  source          = "../../../tests/mocks/aws"
  override_during = plan

  mock_resource "aws_s3_bucket" {
    defaults = { id = "made" }
  }
}

variables {
  folder = "../../../build/terraform/test-packages/control-plane"
}

run "packages" {
  module {
    source = "../packages/tests/zips"
  }
}

run "zips_of_a_folder_are_uploaded_to_a_bucket_of_the_stack" {
  command = plan
  variables {
    packages = { dir = "../../../build/terraform/test-packages/control-plane" }
  }

  assert {
    condition     = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.bucket } == { for purpose in ["data", "artefacts"] : purpose => "first-${purpose}-123456789012-eu-west-1" }
    error_message = "names must be unique in the partition"
  }
  assert {
    condition     = module.packages.packages.reporter == { bucket = "made", key = "functions/reporter-${substr(sha256("reporter"), 0, 16)}.zip", hash = base64sha256("reporter") }
    error_message = "the functions must use these zips"
  }
  assert {
    condition     = keys(module.packages.packages) == ["dispatcher", "listener", "poller", "reconciler", "reporter"]
    error_message = "only the stack's own zips may be uploaded"
  }
}

run "zips_of_a_release_are_used_in_place" {
  command = plan

  assert {
    condition     = module.packages.packages.reporter == { bucket = "releases", key = "reporter.zip", hash = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" }
    error_message = "the settings must be as given"
  }
  assert {
    condition     = keys(aws_s3_bucket.this) == ["data"]
    error_message = "there is no bucket for zips"
  }
}

run "buckets_take_more_tags_than_objects_can" {
  command = plan
  variables {
    packages = { dir = "../../../build/terraform/test-packages/control-plane" }
    tags     = { for number in range(11) : "tag-${number}" => "value" }
  }

  assert {
    condition     = length(aws_s3_bucket.this["artefacts"].tags) == 11
    error_message = "the bucket must have all tags"
  }
}

run "buckets_are_private_encrypted_versioned_and_deny_plain_http" {
  command = plan
  variables {
    packages = { dir = "../../../build/terraform/test-packages/control-plane" }
  }

  assert {
    condition     = alltrue([for purpose in ["artefacts", "data"] : aws_s3_bucket_public_access_block.this[purpose].restrict_public_buckets && aws_s3_bucket_public_access_block.this[purpose].block_public_policy && aws_s3_bucket_public_access_block.this[purpose].block_public_acls && aws_s3_bucket_public_access_block.this[purpose].ignore_public_acls])
    error_message = "nothing is public"
  }
  assert {
    condition     = length(aws_s3_bucket_server_side_encryption_configuration.this) == 2 && alltrue([for rules in values(aws_s3_bucket_server_side_encryption_configuration.this)[*].rule : alltrue([for rule in rules : rule.apply_server_side_encryption_by_default[0].sse_algorithm == "AES256"])])
    error_message = "encrypted with S3's keys"
  }
  assert {
    condition     = length(aws_s3_bucket_versioning.this) == 2 && alltrue([for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"])
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

run "contents_can_be_given_up" {
  command = plan
  variables {
    data = { force_destroy = true }
  }

  assert {
    condition     = aws_s3_bucket.this["data"].force_destroy
    error_message = "the setting must be as given"
  }
}

run "only_payloads_expire" {
  command = plan
  variables {
    data = { payload_retention_days = 3 }
  }

  assert {
    condition     = [for rule in aws_s3_bucket_lifecycle_configuration.payloads[0].rule : rule.filter[0].prefix if length(rule.expiration) + length(rule.noncurrent_version_expiration) > 0] == ["tasks/"] && aws_s3_bucket_lifecycle_configuration.payloads[0].rule[0].expiration[0].days == 3
    error_message = "only objects under tasks/ may expire"
  }
  assert {
    condition     = aws_s3_bucket_lifecycle_configuration.payloads[0].bucket == aws_s3_bucket.this["data"].id && aws_s3_bucket_lifecycle_configuration.payloads[0].rule[1].abort_incomplete_multipart_upload[0].days_after_initiation == 7
    error_message = "parts of abandoned uploads must not cost money for ever"
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
    packages = { dir = "../../../build/terraform/test-packages/control-plane" }
    data     = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1" }
  }

  assert {
    condition = length(aws_s3_bucket_server_side_encryption_configuration.this) == 2 && alltrue([for rules in values(aws_s3_bucket_server_side_encryption_configuration.this)[*].rule : alltrue([
      for rule in rules : rule.apply_server_side_encryption_by_default[0].kms_master_key_id == var.data.kms_key_arn && rule.apply_server_side_encryption_by_default[0].sse_algorithm == "aws:kms" && rule.bucket_key_enabled
    ])])
    error_message = "both buckets must use the key"
  }
}

run "an_existing_bucket_stays_as_it_is" {
  command = plan
  variables {
    existing = { data_bucket = "our-data" }
  }

  assert {
    condition     = length(aws_s3_bucket.this) + length(aws_s3_bucket_policy.this) + length(aws_s3_bucket_lifecycle_configuration.payloads) + length(aws_s3_bucket_versioning.this) == 0
    error_message = "its policy, encryption and lifecycle are its owner's"
  }
  assert {
    condition     = output.handle.bucket == { name = "our-data", arn = "arn:aws:s3:::our-data" } && output.worker_environment.PAYLOAD_BUCKET == "our-data" && local.payload_arns == ["arn:aws:s3:::our-data/tasks/*"]
    error_message = "payloads must go to it, and permissions only to its tasks/"
  }
}

run "an_existing_bucket_beside_one_for_the_zips" {
  command = plan
  variables {
    packages = { dir = "../../../build/terraform/test-packages/control-plane" }
    existing = { data_bucket = "our-data" }
  }

  assert {
    condition     = keys(aws_s3_bucket.this) == ["artefacts"] && keys(aws_s3_bucket_public_access_block.this) == ["artefacts"]
    error_message = "the zips have a bucket of the stack"
  }
}
