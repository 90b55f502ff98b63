"""Tests of ECS, Batch and ECR."""
