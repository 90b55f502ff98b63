"""RunTask: tasks run and emit events as on AWS, and invalid requests are refused."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError
from cloud import error_code, unique

from compute.resources import STOCK, Ecs, Events, sh, statuses


def test_a_task_runs_and_reports_its_end(ecs: Ecs, ecs_events: Events) -> None:
    arn = ecs.run_command(sh("echo working; exit 3"))
    details = ecs_events.take("taskArn", arn, last="STOPPED")
    assert statuses(details) == [
        ("PROVISIONING", "RUNNING"),
        ("PENDING", "RUNNING"),
        ("RUNNING", "RUNNING"),
        ("DEPROVISIONING", "STOPPED"),
        ("STOPPED", "STOPPED"),
    ]
    last = max(details, key=lambda item: item["version"])
    assert last["stopCode"] == "EssentialContainerExited"
    assert last["stoppedReason"] == "Essential container in task exited"
    (container,) = last["containers"]
    assert (container["name"], container["exitCode"], container["lastStatus"]) == (
        *("app", 3),
        "STOPPED",
    )
    assert container["runtimeId"]
    assert last["createdAt"] <= last["startedAt"] <= last["stoppingAt"] <= last["stoppedAt"]
    assert ecs.output(arn) == ["working"]


def test_a_stopped_task_is_described_as_in_its_last_event(ecs: Ecs, ecs_events: Events) -> None:
    arn = ecs.run(ecs.definition(ecs.container(["true"])), startedBy="me", group="mine")
    details = ecs_events.take("taskArn", arn, last="STOPPED")
    event = max(details, key=lambda item: item["version"])
    task = ecs.describe(arn)
    for name in ("version", "startedBy", "group", "launchType", "stopCode", "clusterArn", "cpu"):
        assert task[name] == event[name]
    assert task["createdAt"].isoformat(timespec="milliseconds")[:23] == event["createdAt"][:23]
    assert (task["startedBy"], task["group"]) == ("me", "mine")
    assert "tags" not in event


def test_overrides_change_command_and_environment(ecs: Ecs) -> None:
    definition = ecs.definition(
        ecs.container(
            ["false"],
            environment=[{"name": "KEPT", "value": "1"}, {"name": "CHANGED", "value": "1"}],
        )
    )
    override = {
        "name": "app",
        "command": sh("echo $KEPT $CHANGED $AWS_ENDPOINT_URL $AWS_REGION"),
        "environment": [{"name": "CHANGED", "value": "2"}],
    }
    arn = ecs.run(
        definition, overrides={"containerOverrides": [override], "cpu": "512", "memory": "1 GB"}
    )
    task = ecs.reach(arn, "STOPPED")
    assert task["containers"][0]["exitCode"] == 0
    assert task["cpu"] == "512"
    assert task["overrides"]["containerOverrides"] == [override]
    assert ecs.output(arn) == [f"1 2 {ecs.cloud.url} us-east-1"]


def test_an_entry_point_replaces_the_images(ecs: Ecs) -> None:
    arn = ecs.run_command(["you"], image="greeter:1", entryPoint=["echo", "bye"])
    ecs.reach(arn, "STOPPED")
    assert ecs.output(arn) == ["bye you"]


def test_the_longest_matching_name_selects_the_command(ecs: Ecs) -> None:
    arn = ecs.run_command(["you"], image="host.example/greeter-of-others:1")
    ecs.reach(arn, "STOPPED")
    assert ecs.output(arn) == ["good day you"]


class TestClientToken:
    def test_it_returns_the_same_task_again(self, ecs: Ecs) -> None:
        arguments = ecs.arguments(ecs.definition(ecs.container(["true"])), clientToken=unique("t"))
        first = ecs.client.run_task(**arguments)["tasks"]
        ecs.reach(first[0]["taskArn"], "STOPPED")
        again = ecs.client.run_task(**arguments)["tasks"]
        assert [task["taskArn"] for task in again] == [first[0]["taskArn"]]
        assert again[0]["lastStatus"] == "STOPPED"

    def test_concurrent_requests_with_it_start_one_task(self, ecs: Ecs) -> None:
        started_by = unique("starter")
        arguments = ecs.arguments(
            ecs.definition(ecs.container(["true"])), clientToken=unique("t"), startedBy=started_by
        )
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: ecs.client.run_task(**arguments), range(8)))
        assert len({answer["tasks"][0]["taskArn"] for answer in answers}) == 1
        ecs.reach(answers[0]["tasks"][0]["taskArn"], "STOPPED")
        listed = ecs.client.list_tasks(
            cluster=ecs.cluster, startedBy=started_by, desiredStatus="STOPPED"
        )
        assert len(listed["taskArns"]) == 1

    def test_a_different_request_with_it_is_a_conflict(self, ecs: Ecs) -> None:
        arguments = ecs.arguments(ecs.definition(ecs.container(["true"])), clientToken=unique("t"))
        arn = ecs.client.run_task(**arguments)["tasks"][0]["taskArn"]
        with pytest.raises(ClientError) as raised:
            ecs.client.run_task(**arguments, startedBy="another")
        assert raised.value.response["Error"]["Code"] == "ConflictException"
        assert raised.value.response["resourceIds"] == [arn]


class TestRefusals:
    @pytest.mark.parametrize(
        ("change", "code", "message"),
        [
            ({"cluster": "nowhere"}, "ClusterNotFoundException", "Cluster not found."),
            ({"taskDefinition": "none"}, "ClientException", "TaskDefinition not found."),
            (
                {"networkConfiguration": {}},
                "InvalidParameterException",
                "Network Configuration must be provided when networkMode 'awsvpc' is specified.",
            ),
            (
                {"capacityProviderStrategy": [{"capacityProvider": "FARGATE"}]},
                "InvalidParameterException",
                "Specifying both a launch type and capacity provider strategy is not supported.",
            ),
            (
                {"overrides": {"containerOverrides": [{"name": "other"}]}},
                "InvalidParameterException",
                "Override for container named other is not a container in the TaskDefinition.",
            ),
            ({"count": 11}, "InvalidParameterException", "count must be between 1 and 10."),
            ({"clientToken": "t" * 65}, "InvalidParameterException", "clientToken must be"),
            ({"startedBy": "s" * 129}, "InvalidParameterException", "startedBy length must be"),
            (
                {"overrides": {"containerOverrides": [{"name": "app", "command": ["x" * 8192]}]}},
                "InvalidParameterException",
                "Container Overrides length must be at most 8192",
            ),
            (
                {"networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-0"]}}},
                "InvalidParameterException",
                "Error retrieving subnet information for [subnet-0]",
            ),
        ],
    )
    def test_run_task(self, ecs: Ecs, change: dict[str, Any], code: str, message: str) -> None:
        arguments = ecs.arguments(ecs.definition(ecs.container(["true"])))
        with pytest.raises(ClientError) as raised:
            ecs.client.run_task(**{**arguments, **change})
        assert raised.value.response["Error"]["Code"] == code
        assert raised.value.response["Error"]["Message"].startswith(message)

    def test_a_strategy_needs_the_clusters_providers(self, ecs: Ecs) -> None:
        bare = unique("cluster")
        ecs.client.create_cluster(clusterName=bare)
        arguments = ecs.arguments(ecs.definition(ecs.container(["true"])), cluster=bare)
        del arguments["launchType"]
        strategy = [{"capacityProvider": "FARGATE_SPOT"}]
        code = error_code(ecs.client.run_task, **arguments, capacityProviderStrategy=strategy)
        assert code == "InvalidParameterException"

    def test_tasks_must_fit_the_launch_type(self, ecs: Ecs) -> None:
        only_ec2 = ecs.client.register_task_definition(
            family=unique("family"),
            containerDefinitions=[{"name": "app", "image": STOCK, "memory": 64}],
        )["taskDefinition"]["taskDefinitionArn"]
        code = error_code(ecs.client.run_task, **ecs.arguments(only_ec2))
        assert code == "InvalidParameterException"

    def test_a_deregistered_definition_cannot_run(self, ecs: Ecs) -> None:
        definition = ecs.definition(ecs.container(["true"]))
        ecs.client.deregister_task_definition(taskDefinition=definition)
        assert error_code(ecs.client.run_task, **ecs.arguments(definition)) == "ClientException"


def test_several_tasks_start_at_once(ecs: Ecs) -> None:
    definition = ecs.definition(ecs.container(["true"]))
    tasks = ecs.client.run_task(**ecs.arguments(definition, count=3))["tasks"]
    assert len({task["taskArn"] for task in tasks}) == 3
    for task in tasks:
        assert ecs.reach(task["taskArn"], "STOPPED")["containers"][0]["exitCode"] == 0


def test_a_task_without_launch_type_follows_the_clusters_default(ecs: Ecs) -> None:
    cluster = unique("cluster")
    ecs.client.create_cluster(
        clusterName=cluster,
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[
            {"capacityProvider": "FARGATE", "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 4},
        ],
    )
    arguments = ecs.arguments(ecs.definition(ecs.container(["true"])), cluster=cluster)
    del arguments["launchType"]
    task = ecs.client.run_task(**arguments)["tasks"][0]
    assert (task["launchType"], task["capacityProviderName"]) == ("FARGATE", "FARGATE_SPOT")


def test_tags_are_described_on_request(ecs: Ecs) -> None:
    tag = {"key": "team", "value": "a"}
    arn = ecs.run(ecs.definition(ecs.container(["true"])), tags=[tag])
    assert ecs.describe(arn)["tags"] == []
    described = ecs.client.describe_tasks(cluster=ecs.cluster, tasks=[arn], include=["TAGS"])
    assert described["tasks"][0]["tags"] == [tag]
