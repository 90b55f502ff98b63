"""A stack with an activity that has a rate, and two that share a pool."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.applied import Applied
from tests.integration.conftest import client, follow, running_cloud, terraform
from tests.integration.helpers import pack_function

from operations import paths, process
from operations.executions import execution

__all__ = ["client", "follow", "running_cloud", "terraform"]

INIT_SECONDS = 300
ROOT = Path(__file__).parent


@pytest.fixture(scope="session")
def pooled(terraform: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the root puts out."""
    package = pack_function(tmp_path_factory.mktemp("package") / "faulty.zip")
    process.run([paths.TERRAFORM_INIT, ROOT], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(ROOT, package=str(package)))
    yield stack.outputs()
    stack.destroy()


@pytest.fixture
def start(pooled: dict[str, Any], client: Any) -> Callable[[str, int, float], list[str]]:
    """Start executions of one of the activities, whose jobs take so many seconds each."""

    def start_all(name: str, count: int, seconds: float) -> list[str]:
        sfn, machine = client("stepfunctions"), pooled["state_machines"][name]
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda _: execution.start(sfn, machine, {"span": seconds}), range(count)))

    return start_all
