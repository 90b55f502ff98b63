"""The port for the rates of activities with `max_starts_per_second`."""

from enum import StrEnum
from typing import Protocol


class Mark(StrEnum):
    """What is counted for an activity: a time that each call moves on."""

    START = "rate"  # up to when starts are granted
    RETRY = "rate-line"  # up to when requests without one are told to come again


class RateStore(Protocol):
    """Stores marks, one record for each activity and mark; every change is atomic."""

    def advance(
        self, activity_arn: str, mark: Mark, *, base: float, latest: float, step: float, change: str
    ) -> float | None:
        """Move a mark on by `step` seconds, from `base` if it is earlier; return where it was.

        Return None, and change nothing, if it is later than `latest`. A repetition of a change, which
        `change` tells, moves it once.
        """
        ...

    def read(self, activity_arn: str, mark: Mark) -> float:
        """Return where a mark is, 0 if there is none."""
        ...
