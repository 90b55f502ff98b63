"""ECS, Batch, SageMaker and ECR: moto keeps the configuration, and containers really run."""
