"""Metrics in memory."""

from dataclasses import dataclass, field

from activity_dispatch.observe.metrics import Metric


@dataclass(kw_only=True)
class RecordedMetrics:
    """Keeps what was put, in the order in which it came."""

    taken: list[tuple[Metric, float, dict[str, str]]] = field(default_factory=list)

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Keep one."""
        self.taken.append((metric, value, properties))

    def flush(self) -> None:
        """Keep what there is."""

    def of(self, metric: Metric) -> list[tuple[float, dict[str, str]]]:
        """Return the values of one metric, each with its properties."""
        return [(value, properties) for kind, value, properties in self.taken if kind is metric]
