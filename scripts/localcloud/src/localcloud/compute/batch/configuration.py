"""Operations on environments, queues and definitions where moto differs from AWS."""

import copy
import threading
from typing import Any

from localstack.services.moto import call_moto, call_moto_with_request
from moto.batch.models import batch_backends

from localcloud.compute.batch.checks import check_definition
from localcloud.compute.cloud import Document, place_of

SERVICE_LINKED_ROLE = "AWSServiceRoleForBatch"
_PATH = "role/aws-service-role/batch.amazonaws.com"

# jobStateTimeLimitActions by queue ARN. They are stored and described, but have no effect.
_time_limits: dict[str, list[Document]] = {}
# ecsProperties by job definition ARN.
_ecs_properties: dict[str, Document] = {}
_lock = threading.Lock()


def create_compute_environment(context: Any, request: Document) -> Any:
    """Default to Batch's service-linked role: moto refuses a request without a role."""
    role = f"arn:aws:iam::{context.account_id}:{_PATH}/{SERVICE_LINKED_ROLE}"
    request = request | {"serviceRole": request.get("serviceRole") or role}
    return call_moto_with_request(context, request)


def update_compute_environment(context: Any, request: Document) -> Any:
    """Update the resources too, which moto ignores."""
    answer = call_moto(context)
    changed = request.get("computeResources") or {}
    environment = _backend(context).get_compute_environment(request["computeEnvironment"])
    environment.compute_resources.update(changed)
    return answer


def create_job_queue(context: Any, request: Document) -> Any:
    """Keep jobStateTimeLimitActions, which moto drops."""
    answer = call_moto(context)
    _keep_time_limits(answer["jobQueueArn"], request)
    return answer


def update_job_queue(context: Any, request: Document) -> Any:
    """Keep jobStateTimeLimitActions, which moto drops."""
    answer = call_moto(context)
    if "jobStateTimeLimitActions" in request:
        _keep_time_limits(answer["jobQueueArn"], request)
    return answer


def describe_job_queues(context: Any, _request: Document) -> Any:
    """Show jobStateTimeLimitActions."""
    answer = call_moto(context)
    with _lock:
        for queue in answer["jobQueues"]:
            queue["jobStateTimeLimitActions"] = _time_limits.get(queue["jobQueueArn"], [])
    return answer


def register_job_definition(context: Any, request: Document) -> Any:
    """Take everything from the request; moto inherits much from the previous revision.

    moto knows no ecsProperties: it gets a stand-in, which nobody sees.
    """
    check_definition(request)
    properties = request.get("ecsProperties")
    if properties is None:
        answer = call_moto(context)
    else:
        container = {"image": "several", "vcpus": 1, "memory": 4}
        answer = call_moto_with_request(context, {**request, "containerProperties": container})
    definition = _backend(context).get_job_definition_by_arn(answer["jobDefinitionArn"])
    if properties is not None:
        definition.container_properties = None
        with _lock:
            _ecs_properties[definition.arn] = _with_defaults(properties)
    definition.platform_capabilities = request.get("platformCapabilities") or ["EC2"]
    definition.propagate_tags = bool(request.get("propagateTags"))
    definition.parameters = request.get("parameters") or {}
    definition.retry_strategy = request.get("retryStrategy")
    return answer


def _with_defaults(properties: Document) -> Document:
    lists = ("command", "dependsOn", "environment", "mountPoints", "secrets", "ulimits")
    return {
        "taskProperties": [
            {
                "volumes": [],
                **task,
                "containers": [
                    {"essential": True, **{name: [] for name in lists}, **container}
                    for container in task["containers"]
                ],
            }
            for task in properties["taskProperties"]
        ]
    }


def describe_job_definitions(context: Any, _request: Document) -> Any:
    """Show ecsProperties."""
    answer = call_moto(context)
    with _lock:
        for definition in answer["jobDefinitions"]:
            if (properties := _ecs_properties.get(definition["jobDefinitionArn"])) is not None:
                definition["ecsProperties"] = copy.deepcopy(properties)
    return answer


def _keep_time_limits(arn: str, request: Document) -> None:
    with _lock:
        _time_limits[arn] = request.get("jobStateTimeLimitActions") or []


def _backend(context: Any) -> Any:
    place = place_of(context)
    return batch_backends[place.account][place.region]
