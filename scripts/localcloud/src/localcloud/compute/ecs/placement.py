"""Where RunTask places tasks: cluster, capacity provider, network."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from botocore.exceptions import ClientError

from localcloud.compute.cloud import Document, Place
from localcloud.compute.control_plane import refusal
from localcloud.compute.ecs import strategy as strategies


@dataclass(frozen=True, kw_only=True)
class Placement:
    """How tasks are launched; with a capacity provider only if a strategy chooses one."""

    cluster_arn: str
    launch_type: str
    strategy: list[Document]
    capacity_provider: str | None = None
    subnet: str | None

    def each(self, count: int) -> Iterator["Placement"]:
        """Yield the placement of each of `count` tasks."""
        if not self.strategy:
            yield from [self] * count
        for provider in strategies.providers(self.strategy, count):
            yield dataclasses.replace(self, capacity_provider=provider)


def place_tasks(place: Place, request: Document, definition: Document) -> Placement:
    """Place the tasks, or raise ECS's error."""
    cluster = find_cluster(place, request.get("cluster"))
    strategy = request.get("capacityProviderStrategy")
    if strategy and request.get("launchType"):
        raise refusal(
            "InvalidParameterException",
            "Specifying both a launch type and capacity provider strategy is not supported. "
            "Remove one and try again.",
        )
    if not request.get("launchType"):
        strategy = strategy or cluster.get("defaultCapacityProviderStrategy")
    strategies.check(strategy or [], cluster.get("capacityProviders") or [])
    on_fargate = all(strategies.is_fargate(item) for item in strategy or [])
    launch_type = request.get("launchType") or ("FARGATE" if strategy and on_fargate else "EC2")
    _require_compatible(launch_type, definition)
    return Placement(
        cluster_arn=cluster["clusterArn"],
        launch_type=launch_type,
        strategy=strategy or [],
        subnet=_subnet(place, request, definition, launch_type),
    )


def find_cluster(place: Place, name: str | None) -> Document:
    """Find a cluster by name or ARN; without a name, the default one."""
    answer = place.client("ecs").describe_clusters(clusters=[name or "default"])
    for cluster in answer["clusters"]:
        if cluster["status"] == "ACTIVE":
            found: Document = cluster
            return found
    raise refusal("ClusterNotFoundException", "Cluster not found.")


def _require_compatible(launch_type: str, definition: Document) -> None:
    compatible = definition.get("requiresCompatibilities") or ["EC2"]
    if launch_type == "FARGATE" and "FARGATE" not in compatible:
        raise refusal(
            "InvalidParameterException",
            "Task definition does not support launch_type FARGATE.",
        )


def _subnet(place: Place, request: Document, definition: Document, launch_type: str) -> str | None:
    network = (request.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if definition.get("networkMode") != "awsvpc":
        return None
    if not network or not network.get("subnets"):
        raise refusal(
            "InvalidParameterException",
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        )
    if network.get("assignPublicIp") == "ENABLED" and launch_type != "FARGATE":
        message = "Assign public IP is not supported for this launch type."
        raise refusal("InvalidParameterException", message)
    ec2 = place.client("ec2")
    try:
        ec2.describe_subnets(SubnetIds=network["subnets"])
        if groups := network.get("securityGroups"):
            ec2.describe_security_groups(GroupIds=groups)
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        what = "subnet" if "Subnet" in code else "security group"
        names = network["subnets"] if what == "subnet" else network["securityGroups"]
        raise refusal(
            "InvalidParameterException",
            f"Error retrieving {what} information for [{', '.join(names)}]: {message} "
            f"(ErrorCode: {code})",
        ) from error
    return str(network["subnets"][0])
