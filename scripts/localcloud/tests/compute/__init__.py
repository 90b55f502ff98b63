"""Tests of ECS, Batch, SageMaker and ECR."""
