terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.100.0"
    }
  }

  # In the bucket that this configuration describes: `make bootstrap` creates it bare, then this configuration imports it.
  # Bucket, region and account come from the environment's terraform.tfvars.
  backend "s3" {
    key          = "bootstrap.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}
