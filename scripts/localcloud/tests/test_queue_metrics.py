"""Metrics of queues are counted, and published with the lengths of queues."""

from types import SimpleNamespace
from typing import Any

import pytest
from localstack.services.sqs import provider

from localcloud import queue_metrics


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What was put, with the patch installed for one test."""
    found: list[dict[str, Any]] = []
    dispatcher, worker = provider.CloudwatchDispatcher, provider.CloudwatchPublishWorker
    # Both are put back at the end, whatever install sets.
    monkeypatch.setattr(dispatcher, "dispatch_sqs_metric", dispatcher.dispatch_sqs_metric)
    monkeypatch.setattr(worker, "publish_approximate_cloudwatch_metrics", lambda _worker: None)
    client = SimpleNamespace(put_metric_data=lambda **given: found.extend(given["MetricData"]))
    monkeypatch.setattr(queue_metrics, "connect_to", lambda **_: SimpleNamespace(cloudwatch=client))
    queue_metrics.install()
    return found


def test_each_value_is_put_once_with_its_count(put: list[dict[str, Any]]) -> None:
    dispatcher = provider.CloudwatchDispatcher()
    for queue, received in (("a", 1), ("a", 1), ("a", 3), ("b", 0)):
        where = SimpleNamespace(account_id="1", region="eu-west-1", name=queue)
        dispatcher.dispatch_metric_received(where, received)
    assert put == []
    for _ in range(2):
        provider.CloudwatchPublishWorker().publish_approximate_cloudwatch_metrics()
    assert [
        (data["Dimensions"][0]["Value"], data["MetricName"], data["Values"], data["Counts"])
        for data in put
    ] == [
        ("a", "NumberOfMessagesReceived", [1, 3], [2, 1]),
        ("b", "NumberOfEmptyReceives", [1], [1]),
    ]
