"""A stack in memory, and hypothesis's profiles: it tries the same examples everywhere by default.

HYPOTHESIS_PROFILE=explore tries random ones, and prints a line that reproduces a failure.
"""

import os

import pytest
from hypothesis import settings
from tests.unit.composed import Composed

settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture
def stack() -> Composed:
    """Return the library's roles over a stack in memory."""
    return Composed()
