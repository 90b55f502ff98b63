"""The RunTask request of a task, and the ECS task that answers it."""

from typing import Any

from tests.unit.backends.stubs import TASK

ARN = "arn:aws:ecs:eu-west-1:000000000000:task/cluster/0123456789abcdef0123456789abcdef"


def expected(**override: Any) -> dict:
    return {
        "cluster": "cluster",
        "taskDefinition": "definition:1",
        "capacityProviderStrategy": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        "networkConfiguration": {
            "awsvpcConfiguration": {
                "subnets": ["s"],
                "securityGroups": ["g"],
                "assignPublicIp": "DISABLED",
            }
        },
        "overrides": {
            "containerOverrides": [
                {"name": "job", "environment": [{"name": "TASK_ID", "value": TASK.task_id}]}
            ]
        }
        | override,
        "startedBy": TASK.task_id,
        "clientToken": TASK.task_id,
        "propagateTags": "TASK_DEFINITION",
    }
