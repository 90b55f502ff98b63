"""ECS, Batch and ECR: moto keeps what is configured, and the containers really run."""
