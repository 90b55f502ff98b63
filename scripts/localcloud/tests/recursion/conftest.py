"""Functions that pass messages on."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from cloud import Cloud

from recursion.relays import Relay


@pytest.fixture
def relay(cloud: Cloud, tmp_path: Path) -> Relay:
    """Functions on the patched cloud."""
    return Relay(cloud=cloud, file=tmp_path / "turns")


@pytest.fixture
def with_lineage(cloud: Cloud) -> Callable[[str, str], Any]:
    """Make a client whose requests have a lineage, as those of a function in a chain do."""

    def make(service: str, lineage: str) -> Any:
        session = boto3.Session("test", "test", region_name="us-east-1")
        client = session.client(
            service, endpoint_url=cloud.url, config=Config(retries={"max_attempts": 0})
        )

        def add(params: Any, **_: object) -> None:
            params["headers"]["X-Amzn-Trace-Id"] = f"Lineage={lineage}"

        client.meta.events.register("before-call", add)
        return client

    return make
