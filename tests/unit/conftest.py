"""How many examples hypothesis tries, and which: the same ones everywhere, unless asked for others.

HYPOTHESIS_PROFILE=explore looks further, at random; what it finds, it prints with a line that reproduces it.
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
    """The library's roles over a stack in memory."""
    return Composed()
