"""A cluster with something active in it is not deleted."""

from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import error_code, unique

from compute.resources import Ecs, sh


@pytest.fixture
def cluster(ecs: Ecs) -> str:
    """A cluster of its own."""
    name = unique("cluster")
    ecs.client.create_cluster(clusterName=name)
    return name


def status(ecs: Ecs, cluster: str) -> str:
    """Return the cluster's status."""
    return str(ecs.client.describe_clusters(clusters=[cluster])["clusters"][0]["status"])


def start(ecs: Ecs, cluster: str) -> str:
    """Start a task that ends when it is told to; return its ARN."""
    command = sh("trap 'exit 0' TERM; while :; do sleep 0.1; done")
    arguments: dict[str, Any] = ecs.arguments(ecs.definition(ecs.container(command)))
    answer = ecs.client.run_task(**arguments | {"cluster": cluster})
    return str(answer["tasks"][0]["taskArn"])


def test_a_cluster_with_a_task_is_kept_until_the_task_has_stopped(ecs: Ecs, cluster: str) -> None:
    arn = start(ecs, cluster)
    with pytest.raises(ClientError) as raised:
        ecs.client.delete_cluster(cluster=cluster)
    error = raised.value.response["Error"]
    assert error["Code"] == "ClusterContainsTasksException"
    assert error["Message"] == "The Cluster cannot be deleted while Tasks are active."
    assert status(ecs, cluster) == "ACTIVE"
    ecs.client.stop_task(cluster=cluster, task=arn)
    waiter = ecs.client.get_waiter("tasks_stopped")
    waiter.wait(cluster=cluster, tasks=[arn], WaiterConfig={"Delay": 0.1, "MaxAttempts": 200})
    assert ecs.client.delete_cluster(cluster=cluster)["cluster"]["status"] == "INACTIVE"


def test_a_task_of_another_cluster_is_no_hindrance(ecs: Ecs, cluster: str) -> None:
    arn = start(ecs, ecs.cluster)
    ecs.client.delete_cluster(cluster=cluster)
    assert status(ecs, cluster) == "INACTIVE"
    ecs.client.stop_task(cluster=ecs.cluster, task=arn)


def test_a_cluster_with_a_service_is_kept(ecs: Ecs, cluster: str) -> None:
    service: dict[str, str] = {"cluster": cluster, "serviceName": "web"}
    ecs.client.create_service(
        **service, taskDefinition=ecs.definition(ecs.container(["true"])), desiredCount=0
    )
    code = error_code(ecs.client.delete_cluster, cluster=cluster)
    assert code == "ClusterContainsServicesException"
    ecs.client.delete_service(cluster=cluster, service="web")
    assert error_code(ecs.client.delete_cluster, cluster=cluster) is None


def test_a_cluster_that_does_not_exist(ecs: Ecs) -> None:
    assert error_code(ecs.client.delete_cluster, cluster="none") == "ClusterNotFoundException"
