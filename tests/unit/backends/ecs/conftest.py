"""A backend with a stubbed client."""

import pytest
from botocore.stub import Stubber
from tests.unit.backends.stubs import client_once, two_attempts

from activity_dispatch.backends.ecs.backend import EcsBackend


@pytest.fixture
def stubbed():
    client = client_once("ecs")
    backend = EcsBackend(
        client=client,
        cluster="cluster",
        task_definition="definition:1",
        container="job",
        capacity=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        network={"subnets": ["s"], "securityGroups": ["g"], "assignPublicIp": "DISABLED"},
        log_group="/jobs",
        log_stream_prefix="job",
        retrying=two_attempts(),
    )
    with Stubber(client) as stubber:
        yield stubber, backend
