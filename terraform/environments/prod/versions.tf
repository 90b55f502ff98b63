terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact: an environment changes its provider on purpose. No lock file: environments/local/README.md.
      version = "5.100.0"
    }
  }

  # `make` adds bucket, region and account, which terraform.tfvars tells; `make bootstrap` makes the bucket.
  backend "s3" {
    key          = "stack.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
