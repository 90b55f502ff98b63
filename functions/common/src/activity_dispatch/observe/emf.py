"""Metrics as log lines, from which CloudWatch extracts them: no call, no permission, no wait.

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

# A document may have 100 values per metric; at 100, Powertools prints it unasked.
MAX_VALUES = 99

type _Group = tuple[DimensionSets, tuple[tuple[str, str], ...]]


def _print(line: str) -> None:
    # A single write keeps lines from different threads apart.
    sys.stdout.write(f"{line}\n")


@dataclass(kw_only=True)
class EmfMetrics:
    """Collects measurements until `flush`, which writes those with the same dimensions as one line."""

    stack: str
    write: Callable[[str], None] = _print
    _groups: dict[_Group, dict[Metric, list[float]]] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def put(self, metric: Metric, value: float, **properties: str) -> None:
        """Record a value; `properties` holds the metric's dimensions, and may hold more context."""
        group = (metric.dimension_sets, tuple(sorted(properties.items())))
        with self._lock:
            self._groups.setdefault(group, defaultdict(list))[metric].append(value)

    def flush(self) -> None:
        """Write what was recorded since the last flush."""
        with self._lock:
            groups, self._groups = self._groups, {}
        for (dimension_sets, properties), values in groups.items():
            for chunk in _chunks(values):
                document = self._document(dimension_sets, dict(properties), chunk)
                self.write(json.dumps(document, separators=(",", ":")))

    def _document(
        self,
        dimension_sets: DimensionSets,
        properties: Mapping[str, str],
        values: Mapping[Metric, Sequence[float]],
    ) -> Mapping[str, Any]:
        # The service is empty because the user's POWERTOOLS_SERVICE_NAME must not become a dimension.
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


def _chunks(values: Mapping[Metric, Sequence[float]]) -> Iterator[Mapping[Metric, Sequence[float]]]:
    """Split values into chunks that a document may hold."""
    parts = [batched(numbers, MAX_VALUES) for numbers in values.values()]
    for chunk in zip_longest(*parts):
        yield {metric: numbers for metric, numbers in zip(values, chunk, strict=True) if numbers is not None}
