"""Stacks of activities that use the settings of docs/running.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.applied import Applied
from tests.integration.conftest import client, follow, running_cloud, terraform

from operations import paths, process

__all__ = ["client", "follow", "running_cloud", "terraform"]

INIT_SECONDS = 300
FALLBACKS = Path(__file__).parent / "fallbacks"


@pytest.fixture(scope="session")
def fallbacks(terraform: Any) -> Iterator[dict[str, Any]]:
    """What the root of the chain puts out."""
    process.run([paths.TERRAFORM_INIT, FALLBACKS], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(FALLBACKS))
    yield stack.outputs()
    stack.destroy()
