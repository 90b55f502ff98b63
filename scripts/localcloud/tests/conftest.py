"""Two clouds for the whole run: ours, and unpatched LocalStack."""

import os
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cloud import Cloud, started
from command_line import Cli

from localcloud import patch_table

# Few environments, so that tests can reach the limits. A function may have two thirds: 8.
MAX_ENVIRONMENTS = "12"


@pytest.fixture(scope="session")
def lambda_python() -> str:
    """The interpreter that runs functions: it needs awslambdaric and boto3."""
    given = os.environ.get("LOCALCLOUD_LAMBDA_PYTHON")
    if not given:
        pytest.exit("LOCALCLOUD_LAMBDA_PYTHON must name a Python with awslambdaric and boto3", 2)
    return given


@pytest.fixture(scope="session")
def make_cli(
    lambda_python: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Cli]]:
    """Make command lines, each with its own port and state folder; stop all clouds at the end."""
    made: list[Cli] = []

    def make(**environment: str) -> Cli:
        cli = Cli(
            state_dir=tmp_path_factory.mktemp("cloud"),
            lambda_python=lambda_python,
            port=_free_port(),
            environment={**os.environ, **environment},
        )
        made.append(cli)
        return cli

    yield make
    with ThreadPoolExecutor() as pool:
        assert all(result.returncode == 0 for result in pool.map(lambda cli: cli.run("stop"), made))


@pytest.fixture(scope="session")
def cloud(make_cli: Callable[..., Cli]) -> Cloud:
    """The cloud, with every patch except those that LOCALCLOUD_WITHOUT names."""
    return started(make_cli(LOCALCLOUD_MAX_ENVIRONMENTS=MAX_ENVIRONMENTS))


@pytest.fixture(scope="session")
def stock(make_cli: Callable[..., Cli]) -> Cloud:
    """LocalStack with its bugs, except that it does not listen on every interface."""
    without = [patch.name for patch in patch_table.PATCHES if patch.name != "loopback-only"]
    return started(make_cli(LOCALCLOUD_WITHOUT=",".join(without)))


@pytest.fixture
def meeting(tmp_path: Path) -> Path:
    """A folder in which concurrent functions can see each other."""
    return tmp_path


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])
