"""What RunTask is told of capacity and network, from a description."""

from typing import Any

import pytest
from botocore.stub import Stubber
from tests.unit.backends.ecs.run_task import ARN
from tests.unit.backends.stubs import TASK, client_once, two_attempts

from activity_dispatch.backends import registry
from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.backends.ecs.backend import EcsBackend

FARGATE = {"provider": "FARGATE", "weight": 1, "base": 0}
SPOT = {"provider": "FARGATE_SPOT", "weight": 3, "base": 0}
GPUS = {"provider": "studio-gpus", "weight": 1, "base": 0}
CONFIG: dict[str, Any] = {
    "cluster": "cluster",
    "task_definition": "studio-film",
    "container": "job",
    "capacity": [FARGATE],
    "subnets": ["subnet-1"],
    "security_groups": ["sg-1"],
    "assign_public_ip": False,
}
# As 0.1.0 wrote it.
OLD = {name: value for name, value in CONFIG.items() if name != "capacity"} | {
    "capacity_provider": "FARGATE_SPOT"
}


class OneClient:
    """Clients of which only that of ECS is needed."""

    def __init__(self) -> None:
        self.ecs = client_once("ecs")


def requested(config: dict[str, Any], kind: str = "ecs") -> dict[str, Any]:
    """Return what a start requests, as botocore sends it: it refuses what the API does not know."""
    clients: Any = OneClient()
    backend = registry.create(kind, config, clients)
    assert isinstance(backend, EcsBackend)
    object.__setattr__(backend, "retrying", two_attempts())
    sent: dict[str, Any] = {}
    clients.ecs.meta.events.register(
        "provide-client-params.ecs.RunTask", lambda params, **_: sent.update(params)
    )
    with Stubber(clients.ecs) as stubber:
        stubber.add_response("run_task", {"tasks": [{"taskArn": ARN}], "failures": []})
        assert backend.start(TASK) == ARN
    return sent


@pytest.mark.parametrize(
    ("capacity", "strategy"),
    [
        ([FARGATE], [{"capacityProvider": "FARGATE", "weight": 1}]),
        (
            [{**FARGATE, "base": 2}, SPOT],
            [
                {"capacityProvider": "FARGATE", "weight": 1, "base": 2},
                {"capacityProvider": "FARGATE_SPOT", "weight": 3},
            ],
        ),
        (
            [GPUS, {**GPUS, "provider": "b", "weight": 0}],
            [{"capacityProvider": "studio-gpus", "weight": 1}, {"capacityProvider": "b", "weight": 0}],
        ),
    ],
)
def test_a_strategy_is_passed_on(capacity: list, strategy: list) -> None:
    sent = requested({**CONFIG, "capacity": capacity})
    assert sent["capacityProviderStrategy"] == strategy
    assert "launchType" not in sent


@pytest.mark.parametrize("kind", ["ecs", "fargate"])
def test_a_description_of_0_1_0_is_read(kind: str) -> None:
    sent = requested(OLD, kind)
    assert sent["capacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]
    network = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], "assignPublicIp": "DISABLED"}
    assert sent["networkConfiguration"] == {"awsvpcConfiguration": network}
    assert "enableExecuteCommand" not in sent


@pytest.mark.parametrize("asked", [True, False])
def test_only_on_fargate_anything_is_said_of_public_addresses(asked: bool) -> None:
    word = "ENABLED" if asked else "DISABLED"
    for capacity, said in (([FARGATE, SPOT], {"assignPublicIp": word}), ([GPUS], {})):
        sent = requested({**CONFIG, "capacity": capacity, "assign_public_ip": asked})
        network = {"subnets": ["subnet-1"], "securityGroups": ["sg-1"], **said}
        assert sent["networkConfiguration"] == {"awsvpcConfiguration": network}


def test_exec_and_gpus_are_read_from_the_description() -> None:
    assert requested({**CONFIG, "exec": True})["enableExecuteCommand"] is True
    assert "enableExecuteCommand" not in requested({**CONFIG, "exec": False})
    clients: Any = OneClient()
    backend = registry.create("ecs", {**CONFIG, "capacity": [GPUS], "gpus": 4}, clients)
    assert isinstance(backend, EcsBackend)
    assert backend.gpus == 4


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"capacity": []}, "capacity: []; it must be a list of objects"),
        ({"capacity": "FARGATE"}, "capacity: 'FARGATE'; it must be a list of objects"),
        ({"capacity": [{**FARGATE, "provider": ""}]}, "provider: ''; it must be a non-empty string"),
        ({"capacity": [{**FARGATE, "weight": -1}]}, "weight: -1; it must be a whole number from 0 to 1000"),
        ({"capacity": [{**FARGATE, "weight": 1_001}]}, "weight: 1001; it must be a whole number from 0 to"),
        ({"capacity": [{**FARGATE, "base": 0.5}]}, "base: 0.5; it must be a whole number from 0 to 100000"),
        ({"capacity": [{**FARGATE, "weight": 0}]}, "; a provider must have a weight over 0"),
        (
            {"capacity": [{**FARGATE, "base": 1}, {**SPOT, "base": 1}]},
            "; only one provider may have a base over 0",
        ),
        ({"capacity": [FARGATE, GPUS]}, "; FARGATE and FARGATE_SPOT go with no other providers"),
        ({"capacity": [GPUS] * 21}, "; 21 providers; allowed are up to 20"),
        ({"gpus": -1}, "gpus: -1; it must be a whole number from 0 to"),
        ({"subnets": "subnet-1"}, "subnets: 'subnet-1'; it must be a list of strings"),
    ],
)
def test_what_ecs_would_refuse_costs_no_task(changes: dict, problem: str) -> None:
    """The backend is created before the poll."""
    clients: Any = OneClient()
    with pytest.raises(InvalidBackendConfig) as refused:
        registry.create("ecs", {**CONFIG, **changes}, clients)
    assert problem in str(refused.value)
