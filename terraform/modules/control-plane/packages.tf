module "packages" {
  source = "../packages"

  packages = var.packages
  names    = ["dispatcher", "reporter", "reconciler", "poller", "listener"]
  bucket   = one([for purpose, bucket in aws_s3_bucket.this : bucket.id if purpose == "artefacts"])
  # An object keeps the encryption that was in force when it was uploaded.
  depends_on = [aws_s3_bucket_server_side_encryption_configuration.this, aws_s3_bucket_versioning.this]
}
