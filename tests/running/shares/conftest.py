"""A stack with a callback target that has a share key."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.integration.applied import Applied
from tests.integration.conftest import client, follow, running_cloud, terraform
from tests.integration.helpers import pack_function

from operations import paths, process

__all__ = ["client", "follow", "running_cloud", "terraform"]

INIT_SECONDS = 300
ROOT = Path(__file__).parent


@pytest.fixture(scope="session")
def shares(terraform: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """What the root puts out."""
    package = pack_function(tmp_path_factory.mktemp("package") / "faulty.zip")
    process.run([paths.TERRAFORM_INIT, ROOT], timeout_seconds=INIT_SECONDS)
    stack = Applied(terraform(ROOT, package=str(package)))
    yield stack.outputs()
    stack.destroy()
