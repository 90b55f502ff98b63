"""Capacity provider strategies: several providers, base and weight, and what they rule out."""

from collections import Counter
from typing import Any

import pytest
from cloud import unique

from compute.resources import Ecs
from localcloud.compute.ecs.strategy import providers

FARGATE = "FARGATE"
SPOT = "FARGATE_SPOT"


def item(provider: str, weight: int = 0, base: int = 0) -> dict[str, Any]:
    return {"capacityProvider": provider, "weight": weight, "base": base}


@pytest.mark.parametrize(
    ("strategy", "count", "expected"),
    [
        ([], 3, []),
        ([item(SPOT)], 2, [SPOT, SPOT]),
        ([item(SPOT, 1), item(FARGATE, 0, 2)], 4, [FARGATE, FARGATE, SPOT, SPOT]),
        ([item(FARGATE, 1, 1), item(SPOT, 3)], 1, [FARGATE]),
        ([item(FARGATE, 1), item(SPOT, 4)], 1, [SPOT]),
        ([{"capacityProvider": SPOT}], 1, [SPOT]),
    ],
)
def test_the_base_comes_first_and_the_weights_share_the_rest(
    strategy: Any, count: int, expected: list[str]
) -> None:
    assert list(providers(strategy, count)) == expected


def test_tasks_are_shared_out_by_weight() -> None:
    shared = Counter(providers([item(FARGATE, 1, 2), item(SPOT, 3)], 10))
    assert shared == {FARGATE: 4, SPOT: 6}


class TestRunTask:
    @pytest.fixture
    def arguments(self, ecs: Ecs) -> dict[str, Any]:
        given = ecs.arguments(ecs.definition(ecs.container(["true"])))
        return {name: value for name, value in given.items() if name != "launchType"}

    def test_each_task_has_its_provider(self, ecs: Ecs, arguments: Any) -> None:
        strategy = [item(FARGATE, 0, 1), item(SPOT, 1)]
        tasks = ecs.client.run_task(**arguments, capacityProviderStrategy=strategy, count=3)[
            "tasks"
        ]
        assert [task["capacityProviderName"] for task in tasks] == [FARGATE, SPOT, SPOT]
        assert {task["launchType"] for task in tasks} == {"FARGATE"}

    @pytest.mark.parametrize(
        "strategy",
        [
            [item(FARGATE, 1, 1), item(SPOT, 1, 1)],
            [item(FARGATE, 0, 1), item(SPOT, 0)],
            [item(FARGATE, 1)] * 21,
            [item(FARGATE, 1), item("{other}", 1)],
            [item("nowhere", 1)],
        ],
    )
    def test_strategies_that_ecs_refuses(self, ecs: Ecs, arguments: Any, strategy: Any) -> None:
        other = self.provider(ecs)
        given = [
            {**one, "capacityProvider": one["capacityProvider"].format(other=other)}
            for one in strategy
        ]
        with pytest.raises(ecs.client.exceptions.InvalidParameterException):
            ecs.client.run_task(**arguments, capacityProviderStrategy=given)

    def test_a_public_address_is_for_fargate_only(self, ecs: Ecs, arguments: Any) -> None:
        network = {"subnets": [ecs.subnet], "assignPublicIp": "ENABLED"}
        arguments = {**arguments, "networkConfiguration": {"awsvpcConfiguration": network}}
        ecs.client.run_task(**arguments, capacityProviderStrategy=[item(SPOT, 1)])
        own = [item(self.provider(ecs), 1)]
        expected = "Assign public IP is not supported for this launch type."
        with pytest.raises(ecs.client.exceptions.InvalidParameterException, match=expected):
            ecs.client.run_task(**arguments, capacityProviderStrategy=own)
        network["assignPublicIp"] = "DISABLED"
        (task,) = ecs.client.run_task(**arguments, capacityProviderStrategy=own)["tasks"]
        assert task["launchType"] == "EC2"

    @staticmethod
    def provider(ecs: Ecs) -> str:
        """Give the cluster a capacity provider of its own instances; return its name."""
        name, group = unique("provider"), "arn:aws:autoscaling:us-east-1:000000000000:group"
        ecs.client.create_capacity_provider(
            name=name, autoScalingGroupProvider={"autoScalingGroupArn": group}
        )
        ecs.client.put_cluster_capacity_providers(
            cluster=ecs.cluster,
            capacityProviders=[FARGATE, SPOT, name],
            defaultCapacityProviderStrategy=[],
        )
        return name
