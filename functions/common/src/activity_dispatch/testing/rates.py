"""Rates in memory."""

import threading
from dataclasses import dataclass, field

from activity_dispatch.store.rates import Mark


@dataclass(kw_only=True)
class InMemoryRates:
    """Behaves like the rates in DynamoDB: both pass the same contract tests."""

    marks: dict[tuple[str, Mark], float] = field(default_factory=dict)
    changed_by: dict[tuple[str, Mark], str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def advance(
        self, activity_arn: str, mark: Mark, *, base: float, latest: float, step: float, change: str
    ) -> float | None:
        """Move a mark on by `step` seconds; return where it was, None if it is later than `latest`."""
        key = activity_arn, mark
        with self._lock:
            if self.changed_by.get(key) == change:
                return self.marks[key] - step
            at = max(base, self.marks.get(key, 0.0))
            if at > latest:
                return None
            self.marks[key], self.changed_by[key] = at + step, change
            return at

    def read(self, activity_arn: str, mark: Mark) -> float:
        """Return where a mark is, 0 if there is none."""
        with self._lock:
            return self.marks.get((activity_arn, mark), 0.0)
