"""Judge the Terraform against the schemas of the AWS provider's oldest and newest version that it allows."""
