"""What a deployment makes has its resource; giving it a role takes permission to pass that role."""

from typing import Any

import pytest
from cloud import Cloud, unique

from iam.refusals import PLACE, refused

TASKS = {"networkMode": "awsvpc", "cpu": "256", "memory": "512"}
CONTAINER = {"image": "i", "vcpus": 1, "memory": 512}
CASES: dict[str, tuple[str, str, dict[str, Any], str, str]] = {
    "ecs": (
        "ecs",
        "register_task_definition",
        {"family": "mine-x", "containerDefinitions": [{"name": "c", "image": "i"}], **TASKS},
        "task-definition/mine-*",
        "ecs:RegisterTaskDefinition",
    ),
    "batch": (
        "batch",
        "register_job_definition",
        {"jobDefinitionName": "mine-x", "type": "container", "containerProperties": CONTAINER},
        "job-definition/mine-*",
        "batch:RegisterJobDefinition",
    ),
    "activity": (
        "stepfunctions",
        "create_activity",
        {"name": "mine-x"},
        "activity:mine-*",
        "states:CreateActivity",
    ),
    "alarm": (
        "cloudwatch",
        "delete_alarms",
        {"AlarmNames": ["mine-x", "mine-y"]},
        "alarm:mine-*",
        "cloudwatch:DeleteAlarms",
    ),
}


def _allow(action: str, resource: str, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


@pytest.mark.parametrize("case", CASES)
def test_what_is_made_is_named(cloud: Cloud, case: str) -> None:
    service, operation, arguments, resource, action = CASES[case]
    arn = f"arn:aws:{action.partition(':')[0]}:{PLACE}:{resource}"
    getattr(cloud.acting_as(cloud.role(_allow(action, arn)))(service), operation)(**arguments)
    other = cloud.acting_as(cloud.role(_allow(action, arn.replace("mine", "other"))))(service)
    refused(getattr(other, operation), **arguments)


def test_a_definition_takes_permission_to_pass_its_role(cloud: Cloud) -> None:
    given, name = cloud.role(), unique("family")
    arn = f"arn:aws:ecs:{PLACE}:task-definition/{name}:*"
    register = _allow("ecs:RegisterTaskDefinition", arn)
    request = {
        "family": name,
        "containerDefinitions": [{"name": "c", "image": "i"}],
        "taskRoleArn": given,
        **TASKS,
    }
    alone = cloud.acting_as(cloud.role(register))("ecs")
    _, message = refused(alone.register_task_definition, **request)
    assert "iam:PassRole" in message
    to_lambda = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    elsewhere = cloud.role(register, _allow("iam:PassRole", given, Condition=to_lambda))
    refused(cloud.acting_as(elsewhere)("ecs").register_task_definition, **request)
    passing = cloud.role(register, _allow("iam:PassRole", given))
    cloud.acting_as(passing)("ecs").register_task_definition(**request)


def test_batch_takes_actions_in_small_letters_as_aws_does(cloud: Cloud) -> None:
    everything = cloud.acting_as(cloud.role(_allow("batch:*", "*")))("batch")
    rules = [{"action": "exit", "onReason": "*"}]
    everything.register_job_definition(
        jobDefinitionName=unique("job"),
        type="container",
        containerProperties=CONTAINER,
        retryStrategy={"attempts": 2, "evaluateOnExit": rules},
    )
