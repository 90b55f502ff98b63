"""Stacks that are applied, and changed, in the background: while one waits for its tasks, another is applied.

On a cloud of their own: `make states-test` may run beside `make stack-test` in another checkout.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.integration.applied import Applied, InBackground
from tests.integration.conftest import client, follow, is_borrowed, log_lines, running_cloud, terraform
from tests.integration.faulty.stack import resources_of
from tests.integration.helpers import pack_function
from tests.states.migrated.root import Root, map_images
from tests.states.migrated.scenario import Moved, migrate
from tests.states.removed.scenario import Removed
from tests.states.teams import states
from tests.states.teams.states import Teams

from operations import paths, process

__all__ = ["client", "follow", "is_borrowed", "log_lines", "running_cloud", "terraform"]

INIT_SECONDS = 300
REMOVED = Path(__file__).parent / "removed"
STACKS = ("migrating", "removal", "teams_applied")


@dataclass(frozen=True, kw_only=True)
class Migration:
    """The stack of test_migration.py, and what was seen when it became one of today's modules."""

    stack: InBackground[Root]
    moved: Future[Moved]


@dataclass(frozen=True, kw_only=True)
class Removal:
    """The stack of test_removed_activities.py; how many things stayed, and how many tasks came meanwhile."""

    removed: Removed
    removing: Future[int]
    moving: Future[int]


@pytest.fixture(scope="session", autouse=True)
def _begun(request: pytest.FixtureRequest) -> None:
    """Begin with all stacks that tests need."""
    needed = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    for name in STACKS:
        if name in needed:
            request.getfixturevalue(name)


@pytest.fixture(scope="session")
def later() -> Iterator[Executor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


@pytest.fixture(scope="session")
def migrating(is_borrowed: bool, running_cloud: str, client, tmp_path_factory) -> Iterator[Migration]:
    root = Root(tmp_path_factory.mktemp("migrated"), running_cloud)
    map_images(root.folder / "gate")
    # By itself: it waits for minutes.
    with ThreadPoolExecutor(1) as pool:
        stack = InBackground(root.begin, root.destroy, pool)
        moved = pool.submit(lambda: migrate(stack.made(), client, running_cloud))
        yield Migration(stack=stack, moved=moved)
        # Whether or not a test has asked for it.
        moved.exception()
        if is_borrowed:
            stack.destroy()


@pytest.fixture(scope="session")
def removal(
    is_borrowed: bool, later: Executor, terraform, client, follow, tmp_path_factory
) -> Iterator[Removal]:
    if not is_borrowed:
        # Of a cloud that is gone, with all that was in it.
        shutil.rmtree(paths.ROOT / "build/removed", ignore_errors=True)
    folder: Path = tmp_path_factory.mktemp("removed")
    package = pack_function(folder / "removed.zip")
    process.run([paths.TERRAFORM_INIT, REMOVED], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(REMOVED, package=str(package)), later)
    removed = Removed(applied=stack, client=client, follow=follow, folder=folder)
    removing, moving = map(later.submit, (removed.remove, removed.move))
    yield Removal(removed=removed, removing=removing, moving=moving)
    moving.exception()
    if is_borrowed:
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
