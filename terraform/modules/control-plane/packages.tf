# The zips of the stack's functions: uploaded to a bucket of its own, or in one already.
locals {
  zips = ["dispatcher", "reporter", "reconciler", "poller", "listener"]
  uploads = { for name in local.zips : name => {
    path = "${var.packages.dir}/${name}.zip"
    hash = filebase64sha256("${var.packages.dir}/${name}.zip")
    # With the hash in the key, a function and its code change, and roll back, together.
    key = "functions/${name}-${substr(filesha256("${var.packages.dir}/${name}.zip"), 0, 16)}.zip"
  } if var.packages.dir != null }
  artefacts = { for name in local.zips : name => var.packages.dir != null ? {
    bucket = aws_s3_bucket.this["artefacts"].id
    key    = aws_s3_object.package[name].key
    hash   = local.uploads[name].hash
    } : {
    bucket = var.packages.bucket
    key    = var.packages.zips[name].key
    hash   = var.packages.zips[name].hash
  } }
}

resource "aws_s3_object" "package" {
  for_each = local.uploads

  bucket = aws_s3_bucket.this["artefacts"].id
  key    = each.value.key
  source = each.value.path

  # An object has at most 10 tags, other resources 50: only the bucket has the tags, including the provider's default ones.
  override_provider {
    default_tags {
      tags = {}
    }
  }
  # The new zip exists before a function needs it; the old one is deleted when no function needs it any more.
  lifecycle {
    create_before_destroy = true
  }
  # An object keeps the encryption that was in force when it was uploaded.
  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_versioning.this]
}
