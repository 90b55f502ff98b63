terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # As the environments. Why no lock file: environments/local/README.md.
      version = "5.100.0"
    }
  }

  # `make verify` says where: build/ENV/verify. Everything here lives for minutes, on one machine's behalf.
  backend "local" {}
}
