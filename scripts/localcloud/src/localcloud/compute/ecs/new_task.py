"""New tasks in AWS's shape."""

import uuid

from localcloud.compute.cloud import Document, Place, now
from localcloud.compute.ecs.placement import Placement
from localcloud.compute.ecs.tasks import Task


def new_task(
    place: Place,
    request: Document,
    definition: Document,
    placement: Placement,
    definition_tags: list[Document],
) -> Task:
    """Return a task that waits to run, as ECS describes it."""
    cluster = placement.cluster_arn.partition(":cluster/")[2]
    arn = place.arn("ecs", f"task/{cluster}/{uuid.uuid4().hex}")
    overrides = request.get("overrides") or {}
    propagated = definition_tags if request.get("propagateTags") == "TASK_DEFINITION" else []
    document = {
        "attachments": [_attachment(placement.subnet)] if placement.subnet else [],
        "attributes": [{"name": "ecs.cpu-architecture", "value": _architecture(definition)}],
        "containers": [_container(place, arn, item) for item in definition["containerDefinitions"]],
        "desiredStatus": "RUNNING",
        "enableExecuteCommand": bool(request.get("enableExecuteCommand")),
        "group": request.get("group") or f"family:{definition['family']}",
        "healthStatus": "UNKNOWN",
        "lastStatus": "PROVISIONING",
        "overrides": _described_overrides(overrides, definition),
        "tags": [*propagated, *(request.get("tags") or [])],
        "taskArn": arn,
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "version": 1,
        **_times(),
        **_size(overrides, definition),
        **_launch(placement, request.get("startedBy")),
    }
    return Task(place, document, definition)


def _times() -> Document:
    moment = now()
    return {"connectivity": "CONNECTED", "connectivityAt": moment, "createdAt": moment}


def _size(overrides: Document, definition: Document) -> Document:
    defaults = {"cpu": "0", "memory": "0", "ephemeralStorage": {"sizeInGiB": 20}}
    return {
        name: overrides.get(name) or definition.get(name) or default
        for name, default in defaults.items()
    }


def _launch(placement: Placement, started_by: str | None) -> Document:
    document = {"clusterArn": placement.cluster_arn, "launchType": placement.launch_type}
    if started_by:
        document["startedBy"] = started_by
    if placement.capacity_provider:
        document["capacityProviderName"] = placement.capacity_provider
    if placement.launch_type == "FARGATE":
        document |= {"platformVersion": "1.4.0", "platformFamily": "Linux"}
    return document


def _described_overrides(overrides: Document, definition: Document) -> Document:
    """Return the overrides with an entry for each container, as ECS describes them."""
    given = {item["name"]: item for item in overrides.get("containerOverrides", [])}
    names = [item["name"] for item in definition["containerDefinitions"]]
    return {
        "inferenceAcceleratorOverrides": [],
        **overrides,
        "containerOverrides": [given.get(name, {"name": name}) for name in names],
    }


def _container(place: Place, task_arn: str, definition: Document) -> Document:
    path = task_arn.partition(":task/")[2]
    document = {
        "containerArn": place.arn("ecs", f"container/{path}/{uuid.uuid4()}"),
        "taskArn": task_arn,
        "name": definition["name"],
        "image": definition["image"],
        "lastStatus": "PENDING",
        "networkInterfaces": [],
        "healthStatus": "UNKNOWN",
        "cpu": str(definition.get("cpu") or 0),
    }
    if definition.get("memory"):
        document["memory"] = str(definition["memory"])
    return document


def _attachment(subnet: str) -> Document:
    return {
        "id": str(uuid.uuid4()),
        "type": "ElasticNetworkInterface",
        "status": "ATTACHED",
        # Containers share this machine's network.
        "details": [
            {"name": "subnetId", "value": subnet},
            {"name": "privateIPv4Address", "value": "127.0.0.1"},
        ],
    }


def _architecture(definition: Document) -> str:
    platform = definition.get("runtimePlatform") or {}
    return str(platform.get("cpuArchitecture") or "X86_64").lower()
