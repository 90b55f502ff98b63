"""A stack whose activity has envelopes on, as they are by default."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.applied import Applied
from tests.integration.conftest import client, follow, running_cloud, terraform

from operations import paths, process

__all__ = ["client", "follow", "running_cloud", "terraform"]

INIT_SECONDS = 300
ROOT = Path(__file__).parent


@pytest.fixture(scope="session")
def enveloped(terraform) -> Iterator[dict]:
    """What the root puts out."""
    process.run([paths.TERRAFORM_INIT, ROOT], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(ROOT))
    yield stack.outputs()
    stack.destroy()
