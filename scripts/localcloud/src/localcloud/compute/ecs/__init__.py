"""ECS tasks that run."""
