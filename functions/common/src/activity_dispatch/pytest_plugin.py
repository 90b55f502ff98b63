"""The fixtures that pytest has where the library is installed: docs/testing.md."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from activity_dispatch.testing import InMemoryStack, Run


@pytest.fixture
def run_handler() -> "Callable[..., Run]":
    """Return `activity_dispatch.testing.run`, which runs a handler as the job of a task."""
    # Imported here: pytest loads this file for every test of a project, and boto3 takes its time.
    from activity_dispatch.testing import run

    return run


@pytest.fixture
def activity_stack() -> "InMemoryStack":
    """Return a new stack in memory, for tests of more than a handler."""
    from activity_dispatch.testing import InMemoryStack

    return InMemoryStack()
