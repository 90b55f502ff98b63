terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # Exact: an environment changes its provider only on purpose. No lock file, because its hashes differ
      # between the registry and a provider mirror.
      version = "5.100.0"
    }
  }

  # To keep it elsewhere: terraform init -backend-config="path=..."
  backend "local" {
    path = "../../../build/local/terraform.tfstate"
  }
}
