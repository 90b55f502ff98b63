"""Metrics in the log: documents that follow the specification of the embedded metric format.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from activity_dispatch.observe.emf import EmfMetrics
from activity_dispatch.observe.metrics import NAMESPACE, NO_METRICS, Metric

# https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
UNITS = {"Milliseconds", "Seconds", "Count"}
EXAMPLES = {"activity": "work", "error": "Job.Failed", "operation": "sfn.GetActivityTask", "pool": "gpus"}


def check(document: Any) -> None:
    """Raise unless CloudWatch would accept this document, by each rule of the specification."""
    metadata = document["_aws"]
    assert set(metadata) == {"Timestamp", "CloudWatchMetrics"}
    assert isinstance(metadata["Timestamp"], int)
    assert abs(metadata["Timestamp"] / 1000 - time.time()) < 60
    (directive,) = metadata["CloudWatchMetrics"]
    assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
    assert directive["Namespace"] == NAMESPACE
    assert directive["Dimensions"]
    for names in directive["Dimensions"]:
        assert 1 <= len(names) <= 30
        # A dimension's target is a string of up to 1,024 characters at the root.
        assert all(isinstance(document[name], str) and 0 < len(document[name]) <= 1024 for name in names)
    assert 1 <= len(directive["Metrics"]) <= 100
    for metric in directive["Metrics"]:
        assert set(metric) <= {"Name", "Unit", "StorageResolution"}
        assert metric["Unit"] in UNITS
        values = document[metric["Name"]]
        values = values if isinstance(values, list) else [values]
        assert 1 <= len(values) <= 100
        assert all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    assert len(json.dumps(document)) < 256_000


@pytest.fixture
def lines() -> list[str]:
    return []


@pytest.fixture
def metrics(lines) -> EmfMetrics:
    return EmfMetrics(stack="orders", write=lines.append)


@pytest.fixture
def flushed(metrics, lines):
    """Return what flushes the metrics and reads the documents."""

    def flush() -> list[Any]:
        metrics.flush()
        documents = [json.loads(line) for line in lines]
        for document in documents:
            check(document)
        return documents

    return flush


def sets(document: Any) -> list[list[str]]:
    return [sorted(names) for names in document["_aws"]["CloudWatchMetrics"][0]["Dimensions"]]


@pytest.mark.parametrize("metric", Metric)
def test_every_metric_follows_the_specification(metrics, flushed, metric: Metric) -> None:
    needed = {name: EXAMPLES[name] for names in metric.dimension_sets for name in names}
    metrics.put(metric, 3, **needed)
    (document,) = flushed()
    assert document[metric.title] == [3.0]
    assert document["stack"] == "orders"
    assert sets(document) == [sorted(["stack", *names]) for names in metric.dimension_sets]


def test_metrics_with_the_same_name_have_the_same_unit() -> None:
    units = {(metric.title, metric.unit) for metric in Metric}
    assert len(units) == len({title for title, _ in units})


def test_metrics_with_the_same_dimensions_share_a_line(metrics, flushed) -> None:
    metrics.put(Metric.DISPATCH_LATENCY, 20, activity="work")
    metrics.put(Metric.DISPATCH_LATENCY, 30, activity="work")
    metrics.put(Metric.TASKS_SUCCEEDED, 1, activity="work")
    metrics.put(Metric.DISPATCH_LATENCY, 40, activity="other")
    work, other = flushed()
    assert (work["DispatchLatency"], work["TasksSucceeded"], work["activity"]) == ([20, 30], [1], "work")
    assert (other["DispatchLatency"], other["activity"]) == ([40], "other")


def test_a_failure_is_counted_by_activity_and_by_error(metrics, flushed) -> None:
    metrics.put(Metric.TASKS_FAILED, 1, activity="work", error="other", name="Report.TooLong")
    (document,) = flushed()
    assert sets(document) == [["stack"], ["activity", "stack"], ["error", "stack"]]
    # A property to search the log for, not a dimension.
    assert document["name"] == "Report.TooLong"


def test_more_values_than_fit_into_one_document_are_spread_over_several(metrics, flushed, capsys) -> None:
    for number in range(250):
        metrics.put(Metric.DISPATCH_LATENCY, number, activity="work")
    metrics.put(Metric.TASKS_SUCCEEDED, 1, activity="work")
    documents = flushed()
    assert [value for document in documents for value in document["DispatchLatency"]] == list(range(250))
    assert sum(len(document.get("TasksSucceeded", ())) for document in documents) == 1
    assert capsys.readouterr().out == ""


def test_nothing_is_written_twice_and_an_empty_flush_writes_nothing(metrics, lines) -> None:
    metrics.flush()
    assert lines == []
    metrics.put(Metric.OPEN_TASKS, 0)
    metrics.flush()
    metrics.flush()
    assert len(lines) == 1


def test_threads_lose_nothing(metrics, flushed) -> None:
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: metrics.put(Metric.DISPATCH_ERRORS, n, reason="REFUSED"), range(1000)))
    assert sum(sum(document["DispatchErrors"]) for document in flushed()) == sum(range(1000))


def test_the_users_powertools_settings_add_no_dimension(monkeypatch, metrics, flushed) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "theirs")
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Theirs")
    metrics.put(Metric.OPEN_TASKS, 1)
    assert sets(flushed()[0]) == [["stack"]]


def test_a_document_is_one_line_of_standard_output(capsys) -> None:
    metrics = EmfMetrics(stack="orders")
    metrics.put(Metric.OPEN_TASKS, 1)
    metrics.flush()
    out = capsys.readouterr().out
    assert out.endswith("}\n")
    check(json.loads(out))


def test_no_metrics_write_nothing(capsys) -> None:
    NO_METRICS.put(Metric.OPEN_TASKS, 1)
    NO_METRICS.flush()
    assert capsys.readouterr().out == ""
