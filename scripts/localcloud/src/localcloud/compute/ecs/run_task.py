"""RunTask: checks, idempotency and new tasks."""

import json
from typing import Any

from botocore.exceptions import ClientError

from localcloud.compute.cloud import Document, Place, place_of
from localcloud.compute.control_plane import refusal
from localcloud.compute.ecs import run
from localcloud.compute.ecs.new_task import new_task
from localcloud.compute.ecs.placement import Placement, place_tasks
from localcloud.compute.ecs.shortage import SHORTAGE
from localcloud.compute.ecs.sizes import normalized, require_fargate_size
from localcloud.compute.ecs.tasks import TASKS, Task

# API limits that are missing from the service model.
_MAX_COUNT = 10
_MAX_OVERRIDES_CHARACTERS = 8_192
_MAX_CLIENT_TOKEN = 64
_MAX_STARTED_BY = 128


def run_task(context: Any, request: Document) -> Document:
    """Start `count` tasks, or return those that the same client token started earlier."""
    place = place_of(context)
    token = request.get("clientToken")
    parameters = {name: value for name, value in request.items() if name != "clientToken"}
    _check(request)
    if token and (earlier := TASKS.started_with(place, token)):
        return _repeated(parameters, earlier)
    definition, tags = find_definition(place, request["taskDefinition"])
    _check_overrides(request.get("overrides") or {}, definition)
    _check_exec(request, definition)
    placement = place_tasks(place, request, definition)
    request = _with_size(request, definition, placement)
    count = request.get("count") or 1
    failures, tasks = [], []
    for one in placement.each(count):
        if failure := SHORTAGE.take(one.cluster_arn, one.capacity_provider):
            failures.append(failure)
        else:
            tasks.append(new_task(place, request, definition, one, tags))
    if tasks and (earlier := TASKS.add(place, token, parameters, tasks)):
        return _repeated(parameters, earlier)
    answer = {"tasks": [task.describe(tags=True) for task in tasks], "failures": failures}
    for task in tasks:
        run.start(task)
    return answer


def _with_size(request: Document, definition: Document, placement: Placement) -> Document:
    """Return the request with its size as ECS describes it, or raise ECS's error."""
    overrides = request.get("overrides") or {}
    size = normalized(overrides)
    if placement.launch_type == "FARGATE":
        require_fargate_size(normalized(definition) | size)
    return {**request, "overrides": {**overrides, **size}} if size else request


def _repeated(parameters: Document, earlier: tuple[Document, list[Task]]) -> Document:
    request, tasks = earlier
    if request != parameters:
        raise refusal(
            "ConflictException",
            "The provided client token is already in use with a different RunTask request.",
            resourceIds=[task.arn for task in tasks],
        )
    return {"tasks": [task.describe(tags=True) for task in tasks], "failures": []}


def _check(request: Document) -> None:
    count = request.get("count") or 1
    problems = (
        (not 1 <= count <= _MAX_COUNT, f"count must be between 1 and {_MAX_COUNT}."),
        (
            len(request.get("clientToken") or "") > _MAX_CLIENT_TOKEN,
            f"clientToken must be at most {_MAX_CLIENT_TOKEN} characters.",
        ),
        (
            len(request.get("startedBy") or "") > _MAX_STARTED_BY,
            f"startedBy length must be at most {_MAX_STARTED_BY}.",
        ),
        (
            len(json.dumps(request.get("overrides") or {}, separators=(",", ":")))
            > _MAX_OVERRIDES_CHARACTERS,
            f"Container Overrides length must be at most {_MAX_OVERRIDES_CHARACTERS}",
        ),
    )
    for wrong, message in problems:
        if wrong:
            raise refusal("InvalidParameterException", message)


def find_definition(place: Place, name: str) -> tuple[Document, list[Document]]:
    """Find a task definition and its tags by ARN, family:revision or family, or raise the error."""
    client = place.client("ecs")
    try:
        answer = client.describe_task_definition(taskDefinition=name, include=["TAGS"])
    except ClientError as error:
        raise refusal("ClientException", "TaskDefinition not found.") from error
    definition: Document = answer["taskDefinition"]
    if definition.get("status") == "INACTIVE":
        raise refusal("ClientException", "TaskDefinition is inactive")
    return definition, answer.get("tags") or []


def _check_exec(request: Document, definition: Document) -> None:
    """A session's agent, which runs in the container, has the task's role."""
    role = (request.get("overrides") or {}).get("taskRoleArn") or definition.get("taskRoleArn")
    if request.get("enableExecuteCommand") and not role:
        raise refusal(
            "InvalidParameterException",
            "The task couldn't be started because a valid taskRoleArn is not being used. Specify a "
            "valid task role in your task definition and try again.",
        )


def _check_overrides(overrides: Document, definition: Document) -> None:
    known = {item["name"] for item in definition["containerDefinitions"]}
    for override in overrides.get("containerOverrides", []):
        if override.get("name") not in known:
            raise refusal(
                "InvalidParameterException",
                f"Override for container named {override.get('name')} is not a container in the "
                "TaskDefinition.",
            )
