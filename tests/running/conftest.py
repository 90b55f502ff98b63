"""One stack whose activities use the settings of docs/running.md."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.integration.applied import Applied
from tests.integration.conftest import client, follow, is_borrowed, running_cloud, terraform
from tests.integration.helpers import pack_function, refusals

from activity_dispatch_cli import execution
from operations import paths, process

__all__ = ["client", "follow", "is_borrowed", "running_cloud", "terraform"]

INIT_SECONDS = 300
ROOT = Path(__file__).parent / "stack"
STATE = paths.ROOT / "build/running"


@pytest.fixture(scope="session")
def running(
    is_borrowed: bool, terraform: Any, running_cloud: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    """What the root puts out. It goes with its cloud, unless the cloud was there before."""
    if not is_borrowed:
        shutil.rmtree(STATE, ignore_errors=True)
    package = pack_function(tmp_path_factory.mktemp("package") / "faulty.zip")
    process.run([paths.TERRAFORM_INIT, ROOT], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(ROOT, package=str(package)))
    yield stack.outputs()
    refused = [line for line in refusals(running_cloud) if line.startswith("running")]
    if is_borrowed:
        stack.destroy()
    assert refused == []


@pytest.fixture
def start(running: dict[str, Any], client: Any) -> Callable[[str, int, Any], list[str]]:
    """Start so many executions of an activity, all with the same input; return their ARNs."""

    def start_all(name: str, count: int, given: Any) -> list[str]:
        sfn, machine = client("stepfunctions"), running["state_machines"][name]
        with ThreadPoolExecutor(8) as pool:
            return list(pool.map(lambda _: execution.start(sfn, machine, given), range(count)))

    return start_all
