"""ECS tasks that really run."""
