"""The result matches its schema, and the documents show it."""

import copy
import re
from typing import Any

import jsonschema
import pytest

from benchmark import report, scaling, schema, targets

ROUND: dict[str, Any] = {
    "tasks": 2000,
    "seconds": 8.0,
    "tasks_per_second": 250.0,
    "cpu_ms_per_task": 3.0,
    "calls_per_task": 3.2,
    "lost": 0,
    "started_twice": 0,
    "invocations": 3,
    "billed_ms_per_task": 4.0,
}
TIMES = {"p50_ms": 100.0, "p95_ms": 150.0, "p99_ms": 200.0, "count": 30}


def contestant(speed: float, cpu_ms: float) -> dict[str, Any]:
    one = {**ROUND, "tasks_per_second": speed, "cpu_ms_per_task": cpu_ms}
    return {**one, "rounds": [one]}


MACHINE = {
    "processor": "x",
    "cores": 2,
    "memory_gib": 24.0,
    "system": "Linux",
    "python": "3.13.0",
    "load_before": 0.1,
}
CONTESTANTS = {
    "dispatcher": contestant(250.0, 3.0),
    "poller": contestant(300.0, 2.8),
    "threads-100": contestant(400.0, 2.5),
    "stepfunctions-activity-worker": contestant(50.0, 9.0),
    "stefuna": contestant(55.0, 5.0),
    "origin-loop": contestant(28.0, 2.0),
}
THROTTLE = {
    "bucket": 1000.0,
    "refill_per_second": 125.0,
    "dispatchers": 2,
    "tasks": 2500,
    "seconds": 21.0,
    "share_of_refill_used": 0.95,
    "share_refused": 0.02,
    "lost": 0,
    "started_twice": 0,
}
RECONCILER = {
    "open_tasks": 10_000,
    "steps": {"BEAT": 10_000},
    "seconds": 28.0,
    "cpu_seconds": 10.0,
    "peak_megabytes": 90.0,
    "calls": {"Scan": 11},
}
STARTS = {
    "until_ready_ms": 100.0,
    "first_invocation_ms": 100.0,
    "warm_invocation_ms": 100.0,
    "import_boto3_cpu_ms": 100.0,
    "import_ours_cpu_ms": 100.0,
}
LATENCY = {
    "native": {"warm": TIMES, "cold": TIMES},
    "requests": {"warm": {**TIMES, "p50_ms": 250.0}},
    "poll": {"warm": {**TIMES, "p50_ms": 120.0}},
    "logs": {"warm": {**TIMES, "p50_ms": 290.0}},
    "emulator": {"calls_ms": {"PutItem": 5.0}, "least_ms_per_dispatch": 60.0},
}
COST = {
    "dispatcher_ms_per_task": {"single": 60.0, "burst": 4.0},
    "dispatcher_cpu_ms_per_task": 3.0,
    "calls_per_task": 3.2,
    "at_memory_mb": 512,
    "dispatcher_ms_at_memory": {"single": 70.0, "burst": 10.0},
    "usd_per_million": {"requests": 80.0},
}


@pytest.fixture
def result() -> dict[str, Any]:
    """A result that meets every target. Tests may change it."""
    measured: dict[str, Any] = copy.deepcopy(
        {
            "date": "2026-11-23T15:00:00+00:00",
            "machine": MACHINE,
            "seconds": 500.0,
            "stub": {"calls_per_second": 9000.0, "least_ms": 15.0, "most_ms": 20.0},
            "burst": {"tasks": 2000, "contestants": CONTESTANTS},
            "throttle": THROTTLE,
            "reconciler": RECONCILER,
            "starts": STARTS,
            "latency": LATENCY,
            "cost": COST,
            "scaling": scaling.measure(100.0, sizes=(1_000,)),
        }
    )
    return {**measured, "targets": targets.judge(measured)}


def test_a_result_matches_the_schema(result: dict[str, Any]) -> None:
    schema.check(result)


@pytest.mark.parametrize(
    "key", ["machine", "targets", "burst", "throttle", "reconciler", "starts", "latency", "cost"]
)
def test_no_key_may_be_missing(result: dict[str, Any], key: str) -> None:
    del result[key]
    with pytest.raises(jsonschema.ValidationError, match=key):
        schema.check(result)


def test_no_contestant_may_be_missing_and_no_key_added(result: dict[str, Any]) -> None:
    without = copy.deepcopy(result)
    del without["burst"]["contestants"]["stefuna"]
    more = copy.deepcopy(result)
    more["throttle"]["guess"] = 1
    for wrong in (without, more):
        with pytest.raises(jsonschema.ValidationError):
            schema.check(wrong)


def test_targets_are_met_or_missed(result: dict[str, Any]) -> None:
    met = {one["name"]: one["is_met"] for one in result["targets"]}
    assert set(met.values()) == {True}
    result["burst"]["contestants"]["origin-loop"]["tasks_per_second"] = 100.0
    result["throttle"]["lost"] = 1
    missed = {one["name"] for one in targets.judge(result) if not one["is_met"]}
    assert missed == {"burst: throughput over the origin's loop", "throttle: tasks lost or started twice"}


def test_the_document_starts_with_ratios(result: dict[str, Any]) -> None:
    text = report.benchmarks(result)
    assert text.index("## Targets") < text.index("## A burst")
    assert "| burst: throughput over the origin's loop | 8.93 | >= 5 | yes |" in text
    assert "| requests | warm | 2.50 | 250 | 150 | 200 | 30 |" in text
    assert not re.search(r"\bNone\b|\bnan\b", text)


def test_each_case_shows_what_binds(result: dict[str, Any]) -> None:
    text = report.scaling(result)
    assert re.search(r"\| fargate \| \d+ s \| starts of the backend \|", text)
