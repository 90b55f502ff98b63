"""A stack with three activities of small tasks: a container for each, warm workers, and warm ones to kill."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.applied import Applied
from tests.integration.conftest import client, running_cloud, terraform

from operations import paths, process

__all__ = ["client", "running_cloud", "terraform"]

INIT_SECONDS = 300
ROOT = Path(__file__).parent


@pytest.fixture(scope="session")
def warm(terraform) -> Iterator[dict]:
    """What the root puts out."""
    process.run([paths.TERRAFORM_INIT, ROOT], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(ROOT))
    yield stack.outputs()
    stack.destroy()
