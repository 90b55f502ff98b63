"""What random runs draw from."""

from botocore.exceptions import ReadTimeoutError
from hypothesis import strategies as st

from activity_dispatch.testing import AFTER, BEFORE, Fault

LOST = ReadTimeoutError(endpoint_url="https://aws.invalid")
SOME_FAULTS = [
    Fault(fail="InternalServerError"),
    Fault(fail="ThrottlingException"),
    Fault(fail="AccessDeniedException"),
    Fault(fail=LOST),
    Fault(fail=LOST, when=AFTER),
    Fault(fail="InternalServerError", when=AFTER),
    Fault(duplicate=True),
    Fault(crash=BEFORE),
    Fault(crash=AFTER),
]
FAULTS = st.sampled_from([*[None] * 6, *SOME_FAULTS])
# The start of a "lost" task never gets an answer, and that of a poisoned one raises an unexpected error.
# A "bare" one is not in an envelope, although its activity has them on.
INPUTS = st.sampled_from(
    [{}, {}, {"bare": True}, {"plain": True}, {"plain": True}, {"poison": True}, {"lost": True}]
)
SHARES = st.sampled_from([{}, {"share": 1}, {"share": 2}])
SHARE_KEYS = st.sampled_from([None, "execution", "$.share"])
MAX_TASKS = 6
numbers = st.integers(0, 7)


def pick[T](things: list[T], number: int) -> T:
    """Return one of them."""
    return things[number % len(things)]
