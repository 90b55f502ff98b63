"""What can go wrong with an AWS call, and how likely that is."""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import cast

from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from activity_dispatch.testing.stepfunctions import client_error

ENDPOINT = "https://aws.invalid"


class Moment(StrEnum):
    """Whether something happens before or after a call."""

    BEFORE = "before"
    AFTER = "after"


BEFORE, AFTER = Moment.BEFORE, Moment.AFTER


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What goes wrong with one call.

    `fail`: an AWS error code, or the exception itself; `when`: raised before the call, or after it, when
    its response is lost; `delay_seconds`: a pause before the call; `duplicate`: the call is made twice
    and the second response counts, as in a client's retry; `crash`: when the process dies.
    """

    fail: str | Exception | None = None
    when: Moment = BEFORE
    delay_seconds: float = 0.0
    duplicate: bool = False
    crash: Moment | None = None

    def __str__(self) -> str:
        """Return a short description."""
        parts = [
            f"{self.delay_seconds:g} s late" if self.delay_seconds else "",
            "twice" if self.duplicate else "",
            f"{self._failure} {self.when} it" if self.fail else "",
            f"crash {self.crash} it" if self.crash else "",
        ]
        return ", ".join(part for part in parts if part)

    @property
    def _failure(self) -> str:
        return self.fail if isinstance(self.fail, str) else type(self.fail).__name__

    def error(self, call: str) -> Exception:
        """Return the exception that the call raises."""
        operation = "".join(word.capitalize() for word in call.split("_"))
        return (
            client_error(self.fail, operation) if isinstance(self.fail, str) else cast("Exception", self.fail)
        )


THROTTLED = Fault(fail="ThrottlingException")


@dataclass(frozen=True, kw_only=True)
class Rates:
    """How likely each fault is at a call, from 0 to 1; the sum is at most 1.

    `lose`: the call is made and its response lost; a delay takes up to `longest_delay_seconds`.
    """

    fail: float = 0.0
    lose: float = 0.0
    throttle: float = 0.0
    delay: float = 0.0
    duplicate: float = 0.0
    crash_before: float = 0.0
    crash_after: float = 0.0
    longest_delay_seconds: float = 1.0

    def __post_init__(self) -> None:
        """Raise ValueError for invalid rates."""
        if min(self.each) < 0 or sum(self.each) > 1:
            raise ValueError(f"{self}: each must be at least 0, and their sum at most 1")

    @property
    def each(self) -> tuple[float, ...]:
        """The rates, in the order of the fields."""
        return (
            self.fail,
            self.lose,
            self.throttle,
            self.delay,
            self.duplicate,
            self.crash_before,
            self.crash_after,
        )


def draw_fault(rates: Rates, chance: random.Random) -> Fault | None:
    """Return a random fault for a call at these rates, None for no fault."""
    lost = [ReadTimeoutError(endpoint_url=ENDPOINT), ConnectionClosedError(endpoint_url=ENDPOINT)]
    failures: list[str | Exception] = ["InternalServerError", EndpointConnectionError(endpoint_url=ENDPOINT)]
    faults = (
        Fault(fail=chance.choice(failures)),
        Fault(fail=chance.choice(lost), when=AFTER),
        THROTTLED,
        Fault(delay_seconds=chance.uniform(0, rates.longest_delay_seconds)),
        Fault(duplicate=True),
        Fault(crash=BEFORE),
        Fault(crash=AFTER),
    )
    no_fault = 1 - sum(rates.each)
    return chance.choices((*faults, None), (*rates.each, no_fault))[0]
