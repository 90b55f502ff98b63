"""Runs the checks: most of them together, because they mostly wait; those that measure times alone."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from operations.errors import OperationError
from operations.verify.known import judged, not_run
from operations.verify.results import CheckFailed, NotApplicable, Result, Status, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Future

    from operations.verify.known import Known
    from operations.verify.results import Check, Finding
    from operations.verify.world import World

# How many checks wait at a time: for a cloud, or quotas, that take fewer requests at once.
VARIABLE = "AT_ONCE"
DEFAULT_AT_ONCE = 12
MAX_AT_ONCE = 50


def at_once() -> int:
    """Return how many checks may run at a time. OperationError names an invalid AT_ONCE."""
    given = os.environ.get(VARIABLE) or str(DEFAULT_AT_ONCE)
    if not given.isdecimal() or not 1 <= int(given) <= MAX_AT_ONCE:
        raise OperationError(f"{VARIABLE} must be a number from 1 to {MAX_AT_ONCE}, not {given!r}")
    return int(given)


def run_all(
    checks: Sequence[Check], world: World, known: Mapping[str, Known], tell: Callable[[Result], None]
) -> list[Result]:
    """Run the checks and return their results in the same order; `tell` gets each as soon as it is there.

    A KeyboardInterrupt stops those that wait.
    """
    results: dict[str, Result] = {}

    def note(result: Result) -> None:
        results[result.name] = result
        tell(result)

    for check in checks:
        if check.name in known and not known[check.name].run:
            note(not_run(check.name, known[check.name]))
    wanted = [check for check in checks if check.name not in results]
    with ThreadPoolExecutor(at_once()) as pool:
        try:
            for batch in _batches(wanted):
                futures = {pool.submit(timed, check, world): check for check in batch}
                for future in as_completed(futures):
                    check = futures[future]
                    note(judged(_result(check, future), known.get(check.name)))
        except BaseException:
            world.stopping.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [results[check.name] for check in checks]


def _batches(checks: Sequence[Check]) -> list[list[Check]]:
    together = [check for check in checks if not check.alone]
    return [together, *([check] for check in checks if check.alone)]


def timed(check: Check, world: World) -> Result:
    """Run a check. Every expected way to fail becomes its result."""
    begun = time.monotonic()
    try:
        status, finding = (Status.ANSWERED if check.question else Status.PASSED), check.run(world)
    except NotApplicable as reason:
        return _ended(check, Status.NOT_APPLICABLE, begun, str(reason))
    except CheckFailed as problem:
        return _ended(check, Status.FAILED, begun, str(problem))
    except (OperationError, ClientError, BotoCoreError, Stopped) as error:
        return _ended(check, Status.FAILED, begun, f"{type(error).__name__}: {error}")
    return _ended(check, status, begun, finding.detail, finding)


def _ended(check: Check, status: Status, begun: float, detail: str, finding: Finding | None = None) -> Result:
    value = None if finding is None else finding.value
    return Result(
        name=check.name, status=status, seconds=time.monotonic() - begun, detail=detail, value=value
    )


def _result(check: Check, future: Future[Result]) -> Result:
    error = future.exception()
    if error is None:
        return future.result()
    # A fault of the check, or an answer that it did not expect: one bad check does not stop the others.
    detail = f"{type(error).__name__}: {error}"
    return Result(name=check.name, status=Status.FAILED, seconds=0.0, detail=detail)
