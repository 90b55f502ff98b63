"""Metrics as lines of the log, which CloudWatch reads them from: no call, no permission, no waiting.

Source: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched, zip_longest
from typing import Any

from aws_lambda_powertools.metrics.provider.cloudwatch_emf.cloudwatch import AmazonCloudWatchEMFProvider

from activity_dispatch.observe.metrics import NAMESPACE, STACK, DimensionSets, Metric

# A metric has up to 100 values in a document; Powertools prints of itself when there are so many.
MAX_VALUES = 99

type _Group = tuple[DimensionSets, tuple[tuple[str, str], ...]]


def _print(line: str) -> None:
    # One write: other threads' lines stay whole.
    sys.stdout.write(f"{line}\n")


@dataclass(kw_only=True)
class EmfMetrics:
    """Keeps measurements until `flush`, which writes one line for what has the same dimensions."""

    stack: str
    write: Callable[[str], None] = _print
    _kept: dict[_Group, dict[Metric, list[float]]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Take one; `properties` has what the metric's dimensions name, and more that explains it."""
        group = (metric.dimension_sets, tuple(sorted(properties.items())))
        with self._lock:
            self._kept.setdefault(group, defaultdict(list))[metric].append(value)

    def flush(self) -> None:
        """Write what was taken since the last time."""
        with self._lock:
            kept, self._kept = self._kept, {}
        for (dimension_sets, properties), values in kept.items():
            for some in _at_most(values):
                document = self._document(dimension_sets, dict(properties), some)
                self.write(json.dumps(document, separators=(",", ":")))

    def _document(
        self,
        dimension_sets: DimensionSets,
        properties: Mapping[str, str],
        values: Mapping[Metric, Sequence[float]],
    ) -> Mapping[str, Any]:
        # An empty service: the user's POWERTOOLS_SERVICE_NAME must not become a dimension.
        provider = AmazonCloudWatchEMFProvider(namespace=NAMESPACE, service="")
        first, *more = [
            {STACK: self.stack, **{name: properties[name] for name in names}} for names in dimension_sets
        ]
        for name, value in first.items():
            provider.add_dimension(name, value)
        for dimensions in more:
            provider.add_dimensions(**dimensions)
        for name, value in properties.items():
            provider.add_metadata(name, value)
        for metric, numbers in values.items():
            for number in numbers:
                provider.add_metric(metric.title, metric.unit, number)
        return provider.serialize_metric_set()


def _at_most(values: Mapping[Metric, Sequence[float]]) -> Iterator[Mapping[Metric, Sequence[float]]]:
    """Split what has more values than a document may."""
    parts = [batched(numbers, MAX_VALUES, strict=False) for numbers in values.values()]
    for some in zip_longest(*parts):
        yield {metric: numbers for metric, numbers in zip(values, some, strict=True) if numbers is not None}
