"""The parts of the docs that are written from Terraform files."""
