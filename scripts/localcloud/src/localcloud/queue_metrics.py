"""Publish the metrics of queues once a minute, as SQS does, instead of at each call."""

import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from localstack.aws.connect import connect_to
from localstack.services.sqs import provider

from localcloud.wrapping import wrap

# What one PutMetricData takes.
_MOST_VALUES = 150

# Account and region; queue, metric and unit; how often each value was seen.
type _Place = tuple[str, str]
type _Metric = tuple[str, str, str]
_seen: dict[_Place, dict[_Metric, Counter[float]]] = defaultdict(lambda: defaultdict(Counter))
_lock = threading.Lock()


def install() -> None:
    """Count values, and publish them when LocalStack publishes the lengths of queues."""

    @wrap(provider.CloudwatchDispatcher, "dispatch_sqs_metric")
    def count(
        _original: Callable[..., Any],
        _dispatcher: Any,
        account_id: str,
        region: str,
        queue_name: str,
        metric: str,
        value: float = 1,
        unit: str = "Count",
    ) -> None:
        with _lock:
            _seen[account_id, region][queue_name, metric, unit][value] += 1

    @wrap(provider.CloudwatchPublishWorker, "publish_approximate_cloudwatch_metrics")
    def publish(original: Callable[..., Any], worker: Any) -> None:
        original(worker)
        with _lock:
            seen = dict(_seen)
            _seen.clear()
        for place, metrics in seen.items():
            _put(place, metrics)


def _put(place: _Place, metrics: dict[_Metric, Counter[float]]) -> None:
    account_id, region = place
    client = connect_to(region_name=region, aws_access_key_id=account_id).cloudwatch
    now = datetime.now(UTC)
    for (queue, metric, unit), counts in metrics.items():
        pairs = list(counts.items())
        for start in range(0, len(pairs), _MOST_VALUES):
            values, times = zip(*pairs[start : start + _MOST_VALUES], strict=True)
            data = {
                "MetricName": metric,
                "Dimensions": [{"Name": "QueueName", "Value": queue}],
                "Unit": unit,
                "Timestamp": now,
                "Values": list(values),
                "Counts": list(times),
            }
            client.put_metric_data(Namespace="AWS/SQS", MetricData=[data])
