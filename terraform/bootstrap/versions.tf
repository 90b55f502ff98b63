terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # In the bucket that is described here: `make bootstrap` makes it bare, then this configuration takes it over.
  # Bucket, region and account come from the environment's terraform.tfvars.
  backend "s3" {
    key          = "bootstrap.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
