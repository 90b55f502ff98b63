"""A job's metrics: what its MetricDefinitions find in its log."""

import math
import re
import threading
from collections.abc import Sequence

from localcloud.compute.cloud import Document, now


class Metrics:
    """The latest value of each metric in the log."""

    def __init__(self, definitions: Sequence[Document]) -> None:
        """`definitions` are those of AlgorithmSpecification."""
        self._patterns = [(item["Name"], re.compile(item["Regex"])) for item in definitions]
        self._last: dict[str, Document] = {}
        self._lock = threading.Lock()

    def read(self, lines: Sequence[str]) -> bool:
        """Look for values and return whether any were found; only finite numbers count."""
        found = {
            name: {"MetricName": name, "Value": value, "Timestamp": now()}
            for line in lines
            for name, pattern in self._patterns
            if (value := _value(pattern.search(line))) is not None
        }
        with self._lock:
            self._last.update(found)
        return bool(found)

    def final(self) -> list[Document]:
        """Return FinalMetricDataList."""
        with self._lock:
            return list(self._last.values())


def _value(match: re.Match[str] | None) -> float | None:
    if match is None or not match.groups():
        return None
    try:
        value = float(match[1])
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None
