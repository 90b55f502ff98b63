"""Stacks of tests that come late: they are applied one after the other while the first tests run."""

from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.integration.applied import Applied, InBackground
from tests.integration.faulty.stack import resources_of
from tests.integration.helpers import REMOVED, pack_function
from tests.integration.migrated.root import Root, map_images
from tests.integration.teams import states
from tests.integration.teams.states import Teams

from operations import paths, process

INIT_SECONDS = 300
# In the order in which they are used.
LATER = ("migrating", "removed_applied", "teams_applied")


@pytest.fixture(scope="session")
def later() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture(scope="session")
def migrating(later: Executor, running_cloud: str, tmp_path_factory) -> Iterator[InBackground[Root]]:
    """The stack of test_migration.py, as 0.1.0's modules make it."""
    root = Root(tmp_path_factory.mktemp("migrated"), running_cloud)
    map_images(root.folder / "gate")
    stack = InBackground(root.begin, root.destroy, later)
    yield stack
    stack.destroy()


@pytest.fixture(scope="session")
def removed_applied(later: Executor, terraform, tmp_path_factory) -> Iterator[Applied]:
    """The stack of test_removed_activities.py."""
    package: Path = pack_function(tmp_path_factory.mktemp("removed") / "removed.zip")
    process.run([paths.TERRAFORM_INIT, REMOVED], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(REMOVED, package=str(package)), later)
    yield stack
    stack.destroy()


@pytest.fixture(scope="session")
def teams_applied(
    later: Executor, running_cloud: str, client, tmp_path_factory
) -> Iterator[InBackground[Teams]]:
    """The control plane and the states of test_teams.py."""
    states.forget()
    teams = Teams(endpoint=running_cloud, client=client, folder=tmp_path_factory.mktemp("teams"))
    teams.map_images()
    stack = InBackground(teams.begin, teams.end, later)
    yield stack
    stack.destroy()
    assert resources_of(client, "plane") == []
