"""How many examples hypothesis tries, and which: the same ones everywhere, unless asked for others.

HYPOTHESIS_PROFILE=explore looks further, at random; what it finds, it prints with a line that reproduces it.
"""

import os

from hypothesis import settings

settings.register_profile("ci", derandomize=True, deadline=None, database=None, print_blob=True)
settings.register_profile("explore", deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
