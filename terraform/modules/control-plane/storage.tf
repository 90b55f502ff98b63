# The bucket for large inputs and outputs, and the one for the zips.
locals {
  all_buckets = { data = local.names.data_bucket, artefacts = local.names.package_bucket }
  buckets = { for purpose, name in local.all_buckets : purpose => name
    if purpose == "data" ? var.existing.data_bucket == null : var.packages.dir != null
  }
  bucket_arns = { for purpose, name in local.all_buckets : purpose => "arn:${local.partition}:s3:::${name}" }
  bucket_policies = { for purpose, arn in local.bucket_arns : purpose => {
    Version = "2012-10-17"
    Statement = [{
      Sid       = "RefusePlainHttp"
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = [arn, "${arn}/*"]
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  } }
}

resource "aws_s3_bucket" "this" {
  #checkov:skip=CKV_AWS_18: access logs need another bucket in the account, and CloudTrail's data events show more
  #checkov:skip=CKV_AWS_144: zips can be built again and payloads last days: no other region needs either
  #checkov:skip=CKV2_AWS_61: the data bucket has one (data.payload_retention_days); the other holds a few small zips
  #checkov:skip=CKV2_AWS_62: nothing waits for new objects
  for_each = local.buckets

  bucket        = each.value
  force_destroy = var.data.force_destroy
  tags          = var.tags
}

resource "aws_s3_bucket_public_access_block" "this" {
  for_each = aws_s3_bucket.this

  bucket                  = each.value.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  rule {
    bucket_key_enabled = var.data.kms_key_arn != null
    apply_server_side_encryption_by_default {
      sse_algorithm     = var.data.kms_key_arn == null ? "AES256" : "aws:kms"
      kms_master_key_id = var.data.kms_key_arn
    }
  }
}

resource "aws_s3_bucket_versioning" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_policy" "this" {
  for_each = aws_s3_bucket.this

  bucket = each.value.id
  policy = jsonencode(local.bucket_policies[each.key])

  # S3 rejects concurrent changes to a bucket's access.
  depends_on = [aws_s3_bucket_public_access_block.this]
}

# Only payloads of tasks expire: everything else in the bucket belongs to the user.
resource "aws_s3_bucket_lifecycle_configuration" "payloads" {
  count = var.data.keep_payloads || var.existing.data_bucket != null ? 0 : 1

  bucket = aws_s3_bucket.this["data"].id
  rule {
    id     = "payloads"
    status = "Enabled"
    filter {
      prefix = "tasks/"
    }
    expiration {
      days = var.data.payload_retention_days
    }
    noncurrent_version_expiration {
      noncurrent_days = 1
    }
  }
  # Parts of abandoned uploads cost money and stay invisible, whoever started them.
  rule {
    id     = "uploads"
    status = "Enabled"
    filter {}
    abort_incomplete_multipart_upload {
      days_after_initiation = 7
    }
  }
}
