"""SubmitJob."""

import json
import re
import uuid
from typing import Any

from localcloud.compute.batch import run, sizes
from localcloud.compute.batch.compute import environments
from localcloud.compute.batch.jobs import JOBS, Job
from localcloud.compute.batch.specification import (
    described,
    overrides_by_container,
    parts_of,
)
from localcloud.compute.cloud import Document, Place, milliseconds, now, place_of
from localcloud.compute.control_plane import refusal

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,127}")
_MAX_REQUEST_BYTES = 30 * 1024
_MAX_ATTEMPTS = 10
# Parameters of SubmitJob that this cloud does not support.
_UNSUPPORTED = (
    "arrayProperties",
    "dependsOn",
    "nodeOverrides",
    "eksPropertiesOverride",
)


def submit_job(context: Any, request: Document) -> Document:
    """Start a job, or raise Batch's error."""
    place = place_of(context)
    _check(request)
    queue = find_queue(place, request["jobQueue"])
    if queue["state"] != "ENABLED":
        raise refusal("ClientException", f"Job queue {request['jobQueue']} is disabled.")
    definition = find_definition(place, request["jobDefinition"])
    _check_overrides(request, definition)
    _check_size(request, definition)
    job = Job(
        place,
        _document(place, request, queue, definition),
        queue=queue,
        fargate=_on_fargate(place, queue),
    )
    JOBS.add(job)
    answer = {"jobArn": job.arn, "jobId": job.id, "jobName": request["jobName"]}
    run.start(job)
    return answer


def find_queue(place: Place, name: str) -> Document:
    """Return a job queue by name or ARN, or raise Batch's error."""
    answer = place.client("batch").describe_job_queues(jobQueues=[name])
    if not answer["jobQueues"]:
        raise refusal("ClientException", f"Job queue {name} does not exist.")
    queue: Document = answer["jobQueues"][0]
    return queue


def _check(request: Document) -> None:
    if not _NAME.fullmatch(request["jobName"]):
        raise refusal(
            "ClientException",
            "Job name should match valid pattern: up to 128 letters, numbers, hyphens and "
            "underscores, the first a letter or number.",
        )
    if len(json.dumps(request).encode()) > _MAX_REQUEST_BYTES:
        raise refusal("ClientException", "The SubmitJob request must be at most 30 KiB.")
    for name in _UNSUPPORTED:
        if request.get(name):
            raise refusal("ClientException", f"The local cloud does not support jobs with {name}.")
    attempts = (request.get("retryStrategy") or {}).get("attempts", 1)
    if not 1 <= attempts <= _MAX_ATTEMPTS:
        raise refusal("ClientException", f"attempts must be between 1 and {_MAX_ATTEMPTS}.")


def find_definition(place: Place, name: str) -> Document:
    """Find a job definition by ARN, name:revision or name (the latest), or raise the error."""
    bare = name.rpartition("job-definition/")[2]
    family, _, revision = bare.partition(":")
    answer = place.client("batch").describe_job_definitions(jobDefinitionName=family)
    fitting = [
        item
        for item in answer["jobDefinitions"]
        if item["status"] == "ACTIVE" and revision in ("", str(item["revision"]))
    ]
    if not fitting:
        raise refusal("ClientException", f"Job definition {name} does not exist or is not active.")
    definition: Document = max(fitting, key=lambda item: item["revision"])
    if not definition.keys() & {"containerProperties", "ecsProperties"}:
        raise refusal("ClientException", "The local cloud supports only container jobs.")
    return definition


def _check_overrides(request: Document, definition: Document) -> None:
    """Raise Batch's error for overrides of the form that the definition does not have."""
    forms = {
        "containerOverrides": "containerProperties",
        "ecsPropertiesOverride": "ecsProperties",
    }
    for given, needed in forms.items():
        if request.get(given) and needed not in definition:
            message = f"{given} requires a job definition with {needed}."
            raise refusal("ClientException", message)
    if "ecsProperties" not in definition:
        return
    (task,) = definition["ecsProperties"]["taskProperties"]
    names = {item["name"] for item in task["containers"]}
    for override in overrides_by_container(request):
        if override.get("name") not in names:
            message = f"The job definition has no container {override.get('name')}."
            raise refusal("ClientException", message)


def _check_size(request: Document, definition: Document) -> None:
    if "FARGATE" in (definition.get("platformCapabilities") or []):
        overrides = request.get("containerOverrides") or {}
        older = {name: overrides[name] for name in ("vcpus", "memory") if overrides.get(name)}
        containers = parts_of(described(definition, request)).containers
        if wrong := sizes.problem([{**item, **older} for item in containers]):
            raise refusal("ClientException", wrong)


def _document(place: Place, request: Document, queue: Document, definition: Document) -> Document:
    job_id = str(uuid.uuid4())
    document: Document = {
        "jobArn": place.arn("batch", f"job/{job_id}"),
        "jobId": job_id,
        "jobName": request["jobName"],
        "jobQueue": queue["jobQueueArn"],
        "jobDefinition": definition["jobDefinitionArn"],
        "status": "SUBMITTED",
        "createdAt": milliseconds(now()),
        "attempts": [],
        "retryStrategy": _retry_strategy(request, definition),
        "dependsOn": [],
        "parameters": (definition.get("parameters") or {}) | (request.get("parameters") or {}),
        **described(definition, request),
        "tags": request.get("tags") or {},
        "propagateTags": bool(request.get("propagateTags") or definition.get("propagateTags")),
        "platformCapabilities": definition.get("platformCapabilities") or [],
        "isCancelled": False,
        "isTerminated": False,
    }
    if timeout := request.get("timeout") or definition.get("timeout"):
        document["timeout"] = timeout
    return document


def _retry_strategy(request: Document, definition: Document) -> Document:
    given = request.get("retryStrategy") or definition.get("retryStrategy") or {}
    return {"attempts": given.get("attempts", 1), "evaluateOnExit": given.get("evaluateOnExit", [])}


def _on_fargate(place: Place, queue: Document) -> bool:
    names = tuple(item["computeEnvironment"] for item in queue["computeEnvironmentOrder"])
    kinds = [
        (item.get("computeResources") or {}).get("type", "") for item in environments(place, names)
    ]
    return any(kind.startswith("FARGATE") for kind in kinds)
