terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact: an environment changes its provider only on purpose. Why no lock file: environments/local/README.md.
      version = "5.100.0"
    }
  }

  # `make` adds bucket, region and account from terraform.tfvars; `make bootstrap` creates the bucket.
  backend "s3" {
    key          = "stack.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
