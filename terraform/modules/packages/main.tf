# Zips of functions, for module function: uploaded to a bucket, or in one already.
locals {
  # A zip that is missing has an error of its own (outputs.tf).
  uploads = { for name in var.names : name => {
    path = "${var.packages.dir}/${name}.zip"
    hash = filebase64sha256("${var.packages.dir}/${name}.zip")
    # With the hash in the key, a function and its code change, and roll back, together.
    key = "functions/${name}-${substr(filesha256("${var.packages.dir}/${name}.zip"), 0, 16)}.zip"
  } if var.packages.dir == null ? false : fileexists("${var.packages.dir}/${name}.zip") }
}

resource "aws_s3_object" "this" {
  for_each = local.uploads

  bucket = var.bucket
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
}
