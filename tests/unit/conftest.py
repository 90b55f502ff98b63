"""A stack in memory, and how many random examples hypothesis tries."""

import pytest
from tests.unit import hypothesis_profiles
from tests.unit.composed import Composed

hypothesis_profiles.load()


@pytest.fixture
def stack() -> Composed:
    """Return the library's roles over a stack in memory."""
    return Composed()
