"""What a check finds, and the table of it all."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from operations.verify.world import World


# In the table; the report has all of it.
MAX_DETAIL = 160


class Status(StrEnum):
    """How a check ended. Only FAILED makes the whole run fail."""

    PASSED = "passed"
    FAILED = "failed"
    ANSWERED = "answered"  # a question about AWS, with the answer as the result's value
    NOT_APPLICABLE = "not applicable"  # the environment has not what it needs
    KNOWN = "known"  # failed, and the file given as KNOWN says why


class CheckFailed(Exception):
    """The check has found something wrong."""


class NotApplicable(Exception):
    """The environment has not what the check needs."""


class Stopped(Exception):
    """The run was interrupted."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What a check that did not fail found. `value` is what it measured: JSON."""

    detail: str
    value: Any = None


@dataclass(frozen=True, kw_only=True)
class Check:
    """A check. `question`: it asks AWS and judges nothing; `alone`: others would disturb what it measures.

    `uses` is what it uses, by the names of the prices.
    """

    name: str
    run: Callable[[World], Finding]
    question: bool = False
    alone: bool = False
    uses: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a check ended."""

    name: str
    status: Status
    seconds: float
    detail: str
    value: Any = None


def expect(condition: object, message: str) -> None:
    """Raise CheckFailed with `message` unless the condition is true."""
    if not condition:
        raise CheckFailed(message)


def table(results: Sequence[Result]) -> list[str]:
    """Return the results as lines in columns, in the order of the checks; long details are cut."""
    rows = [("CHECK", "RESULT", "SECONDS", "DETAIL")]
    rows += [(one.name, str(one.status), f"{one.seconds:.1f}", _cut(one.detail)) for one in results]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return [
        f"{name:<{widths[0]}}  {status:<{widths[1]}}  {seconds:>{widths[2]}}  {detail}"
        for name, status, seconds, detail in rows
    ]


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MAX_DETAIL else f"{line[:MAX_DETAIL]} ..."


def summary(results: Sequence[Result]) -> str:
    """Return how many ended in which way."""
    counts = {status: sum(one.status is status for one in results) for status in Status}
    return ", ".join(f"{count} {status}" for status, count in counts.items() if count)


def succeeded(results: Sequence[Result]) -> bool:
    """Return whether nothing failed, and something was checked."""
    return bool(results) and not any(one.status is Status.FAILED for one in results)
