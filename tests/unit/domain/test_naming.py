"""A description may name only what is called like its activity."""

from typing import Any

import pytest

from activity_dispatch.domain.activities import Activity, InvalidActivity, WakeUp
from activity_dispatch.domain.naming import check_names

ARN = "arn:aws:states:eu-west-1:000000000000:activity:studio-pool-left"
ROLE = "arn:aws:iam::000000000000:role/studio/jobs/"


def described(backend: str, config: dict[str, Any], arn: str = ARN) -> Activity:
    return Activity(
        arn=arn,
        name=arn,
        backend=backend,
        config=config,
        heartbeat_seconds=30,
        timeout_seconds=60,
        wake_up=WakeUp.CALLBACK if arn.startswith("callback:") else WakeUp.REQUESTS,
    )


@pytest.mark.parametrize(
    ("backend", "config"),
    [
        ("ecs", {"task_definition": "studio-pool-left", "log_group": "/ecs/studio-pool-left"}),
        ("ecs", {"task_definition": "studio-pool"}),
        ("fargate", {"task_definition": "studio-pool-left", "log_group": "/ecs/studio-pool"}),
        ("batch", {"job_definition": "studio-pool", "log_group": "/batch/studio-pool"}),
        ("sagemaker", {"request": {"RoleArn": f"{ROLE}studio-pool-left-training"}}),
        ("lambda", {"function_arn": "arn:aws:lambda:eu-west-1:000000000000:function:anything"}),
    ],
)
def test_an_activity_may_name_what_is_called_like_it(backend: str, config: dict[str, Any]) -> None:
    check_names(described(backend, config), "studio")


@pytest.mark.parametrize(
    ("backend", "config", "field"),
    [
        ("ecs", {"task_definition": "studio-other"}, "config.task_definition: 'studio-other'"),
        ("ecs", {"task_definition": "studio-pool-le"}, "task_definition"),
        ("ecs", {"task_definition": "studio"}, "task_definition"),
        ("ecs", {"task_definition": "studio-pool:3"}, "task_definition"),
        ("ecs", {}, "config.task_definition: ''"),
        ("ecs", {"task_definition": "studio-pool", "log_group": "/ecs/studio-other"}, "log_group"),
        ("ecs", {"task_definition": "studio-pool", "log_group": "/batch/studio-pool"}, "log_group"),
        ("fargate", {"task_definition": "studio-other"}, "task_definition"),
        ("batch", {"job_definition": "studio-other", "log_group": "/batch/studio-pool"}, "job_definition"),
        ("sagemaker", {"request": {"RoleArn": f"{ROLE}studio-other-training"}}, "request.RoleArn"),
        ("sagemaker", {"request": "none"}, "request.RoleArn"),
    ],
)
def test_an_activity_may_not_name_what_belongs_to_another(
    backend: str, config: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidActivity, match=field):
        check_names(described(backend, config), "studio")


def test_a_callback_target_is_named_with_its_stack() -> None:
    check_names(described("ecs", {"task_definition": "studio-film"}, "callback:film-long"), "studio")
    with pytest.raises(InvalidActivity, match="studio-film-long"):
        check_names(described("ecs", {"task_definition": "film-long"}, "callback:film-long"), "studio")
