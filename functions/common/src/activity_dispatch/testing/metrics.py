"""Metrics in memory."""

from dataclasses import dataclass, field

from activity_dispatch.observe.metrics import Metric


@dataclass(kw_only=True)
class RecordedMetrics:
    """Records values in order."""

    recorded: list[tuple[Metric, float, dict[str, str]]] = field(default_factory=list)

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Record a value."""
        self.recorded.append((metric, value, properties))

    def flush(self) -> None:
        """Do nothing: values stay recorded."""

    def of(self, metric: Metric) -> list[tuple[float, dict[str, str]]]:
        """Return one metric's values, each with its properties."""
        return [(value, properties) for kind, value, properties in self.recorded if kind is metric]
