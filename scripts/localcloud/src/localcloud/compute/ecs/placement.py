"""Where RunTask places tasks: cluster, capacity provider, network."""

from dataclasses import dataclass

from botocore.exceptions import ClientError

from localcloud.compute.cloud import Document, Place
from localcloud.compute.control_plane import refusal

FARGATE_PROVIDERS = ("FARGATE", "FARGATE_SPOT")


@dataclass(frozen=True, kw_only=True)
class Placement:
    """How a task is launched; a capacity provider only if a strategy chose one."""

    cluster_arn: str
    launch_type: str
    capacity_provider: str | None
    subnet: str | None


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
    provider = _provider(cluster, strategy) if strategy else None
    launch_type = request.get("launchType") or ("FARGATE" if provider else "EC2")
    if provider is not None and provider not in FARGATE_PROVIDERS:
        launch_type = "EC2"
    _require_compatible(launch_type, definition)
    return Placement(
        cluster_arn=cluster["clusterArn"],
        launch_type=launch_type,
        capacity_provider=provider,
        subnet=_subnet(place, request, definition),
    )


def find_cluster(place: Place, name: str | None) -> Document:
    """Find a cluster by name or ARN; without a name, the default one."""
    answer = place.client("ecs").describe_clusters(clusters=[name or "default"])
    for cluster in answer["clusters"]:
        if cluster["status"] == "ACTIVE":
            found: Document = cluster
            return found
    raise refusal("ClusterNotFoundException", "Cluster not found.")


def _provider(cluster: Document, strategy: list[Document]) -> str:
    known = cluster.get("capacityProviders") or []
    for item in strategy:
        if item["capacityProvider"] not in known:
            raise refusal(
                "InvalidParameterException",
                "The specified capacity provider strategy cannot contain a capacity provider that "
                "is not associated with the cluster. Associate the capacity provider with the "
                "cluster and try again.",
            )
    # ECS fills the base first, then the heaviest provider: a single task goes there.
    chosen = max(strategy, key=lambda item: (item.get("base", 0), item.get("weight", 0)))
    return str(chosen["capacityProvider"])


def _require_compatible(launch_type: str, definition: Document) -> None:
    compatible = definition.get("requiresCompatibilities") or ["EC2"]
    if launch_type == "FARGATE" and "FARGATE" not in compatible:
        raise refusal(
            "InvalidParameterException",
            "Task definition does not support launch_type FARGATE.",
        )


def _subnet(place: Place, request: Document, definition: Document) -> str | None:
    network = (request.get("networkConfiguration") or {}).get("awsvpcConfiguration")
    if definition.get("networkMode") != "awsvpc":
        return None
    if not network or not network.get("subnets"):
        raise refusal(
            "InvalidParameterException",
            "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
        )
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
