"""The port for whose turn it is: the shares of an activity that may have waiting tasks, as a ring."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Ring:
    """The buckets that joined, each with the time, in ms since 1970, and the one that had the last turn."""

    joined: Mapping[str, int] = field(default_factory=dict)
    last: str | None = None

    def in_turn(self) -> list[str]:
        """Return the buckets, that whose turn is next first."""
        buckets = sorted(self.joined)
        return sorted(buckets, key=lambda bucket: (self.last is not None and bucket <= self.last, bucket))


class TurnStore(Protocol):
    """Stores rings, one for each activity. Every change is atomic, and may be repeated."""

    def join(self, activity_arn: str, bucket: str) -> None:
        """Note that a task of the bucket waits, or is about to."""
        ...

    def ring(self, activity_arn: str) -> Ring:
        """Return the ring as it is now."""
        ...

    def take_turn(self, activity_arn: str, bucket: str, last: str | None) -> bool:
        """Note that the bucket has the turn after `last`; return False if another one had it meanwhile."""
        ...

    def leave(self, activity_arn: str, bucket: str, joined: int) -> None:
        """Remove a bucket, unless it joined again since `joined`."""
        ...
