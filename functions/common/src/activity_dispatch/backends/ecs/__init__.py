"""Backend `ecs`: ECS tasks."""
