"""How many examples hypothesis tries, and which ones. HYPOTHESIS_PROFILE picks a profile.

few (the default) is for `make check` and `make test`, many for `make deep-test`, some, half as many, for its
run in CI: these try the same examples on each run. explore tries ten times as many as many does, at random;
for each failure it prints a line that reproduces it.
"""

import os

from hypothesis import settings

# The share of its examples that a test with a number of its own tries.
SHARES = {"few": 0.1, "some": 0.5, "many": 1.0, "explore": 10.0}
PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "few")

settings.register_profile(
    "few", max_examples=25, derandomize=True, deadline=None, database=None, print_blob=True
)
settings.register_profile(
    "some", max_examples=50, derandomize=True, deadline=None, database=None, print_blob=True
)
settings.register_profile("many", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)


def load() -> None:
    """Load the profile. A conftest.py calls this, before the tests are imported."""
    settings.load_profile(PROFILE)


def examples(many: int) -> int:
    """Return how many examples to try in place of this many."""
    return round(many * SHARES[PROFILE])
