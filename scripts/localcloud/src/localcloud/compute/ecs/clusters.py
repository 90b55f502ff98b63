"""DeleteCluster: moto deletes a cluster whatever runs in it.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
"""

from itertools import batched
from typing import Any

from localstack.services.moto import call_moto

from localcloud.compute.cloud import Document, Place, place_of
from localcloud.compute.control_plane import refusal
from localcloud.compute.ecs.placement import find_cluster
from localcloud.compute.ecs.tasks import TASKS


def delete_cluster(context: Any, request: Document) -> Any:
    """Delete the cluster, or raise ECS's error while something is active in it."""
    place = place_of(context)
    arn = find_cluster(place, request["cluster"])["clusterArn"]
    for what, code, is_active in (
        ("Container Instances", "ClusterContainsContainerInstancesException", _has_instances),
        ("Services", "ClusterContainsServicesException", _has_services),
        ("Tasks", "ClusterContainsTasksException", _has_tasks),
    ):
        if is_active(place, arn):
            raise refusal(code, f"The Cluster cannot be deleted while {what} are active.")
    return call_moto(context)


def _has_instances(place: Place, arn: str) -> bool:
    return bool(place.client("ecs").list_container_instances(cluster=arn)["containerInstanceArns"])


def _has_services(place: Place, arn: str) -> bool:
    client = place.client("ecs")
    # moto lists deleted ones too; DescribeServices takes at most ten.
    return any(
        service["status"] != "INACTIVE"
        for page in client.get_paginator("list_services").paginate(cluster=arn)
        for names in batched(page["serviceArns"], 10, strict=False)
        for service in client.describe_services(cluster=arn, services=list(names))["services"]
    )


def _has_tasks(_place: Place, arn: str) -> bool:
    tasks = (task.describe() for task in TASKS.all())
    return any(task["clusterArn"] == arn and task["lastStatus"] != "STOPPED" for task in tasks)
