"""A stack whose activities tell an event bus."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.integration.applied import Applied
from tests.integration.helpers import pack_function

from operations import paths, process

INIT_SECONDS = 300
ROOT = Path(__file__).parent


@pytest.fixture(scope="session")
def told(terraform, tmp_path_factory) -> Iterator[dict]:
    """What the root puts out."""
    process.run([paths.TERRAFORM_INIT, ROOT], timeout_seconds=INIT_SECONDS)
    package = pack_function(tmp_path_factory.mktemp("told") / "told.zip")
    stack = Applied(terraform(ROOT, package=str(package)))
    yield stack.outputs()
    stack.destroy()
