"""Backend `fargate`: ECS tasks."""
