"""A task's tags reach its job, in each service's own words."""

from dataclasses import replace
from typing import Any
from unittest.mock import Mock

import pytest
from tests.unit.backends.stubs import TASK

from activity_dispatch.backends.batch.backend import BatchBackend
from activity_dispatch.backends.ecs.backend import EcsBackend
from activity_dispatch.backends.sagemaker.request import TrainingOverrides, training_request

TAGS = {"activity-dispatch:activity": "work", "team": "left"}
TAGGED = replace(TASK, input="{}", tags=TAGS)


def test_on_ecs_they_are_added_to_the_definitions() -> None:
    ecs = Mock()
    ecs.run_task.return_value = {"tasks": [{"taskArn": "arn"}], "failures": []}
    fields: dict[str, Any] = {"network": {}, "capacity": []}
    EcsBackend(client=ecs, cluster="c", task_definition="d", container="job", **fields).start(TAGGED)
    sent = ecs.run_task.call_args.kwargs
    assert sent["tags"] == [{"key": key, "value": value} for key, value in TAGS.items()]
    assert sent["propagateTags"] == "TASK_DEFINITION"


@pytest.mark.parametrize("own", [{}, {"team": "right", "activity-dispatch": "studio"}])
def test_on_batch_they_are_beside_the_descriptions(own: dict[str, str]) -> None:
    batch = Mock()
    batch.get_paginator.return_value.paginate.return_value = []
    batch.submit_job.return_value = {"jobId": "job"}
    names: dict[str, Any] = {"job_queue": "q", "job_definition": "d", "log_group": "g"}
    BatchBackend(client=batch, client_once=batch, tags=own, **names).start(TAGGED)
    assert batch.submit_job.call_args.kwargs["tags"] == {**own, **TAGS}


@pytest.mark.parametrize("own", [[], [{"Key": "team", "Value": "right"}, {"Key": "a", "Value": "b"}]])
def test_on_sagemaker_they_are_beside_the_templates(own: list[dict[str, str]]) -> None:
    template = {"ResourceConfig": {}, "StoppingCondition": {}, "Tags": own}
    wanted = TrainingOverrides.from_task(TAGGED, default_checkpoints="s3://b/c/")
    found = {tag["Key"]: tag["Value"] for tag in training_request(template, "name", wanted)["Tags"]}
    assert found == {**{tag["Key"]: tag["Value"] for tag in own}, **TAGS}
