"""The targets: each has a value and a limit that the value must reach or keep."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark.deployment import MODES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LIBRARIES = ("stepfunctions-activity-worker", "stefuna")
# The limit of a mode's warm median, in native medians.
MAX_OF_NATIVE = {"requests": 3.0, "poll": 1.5, "logs": 3.0}


def judge(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return all targets with their measured values; ratios first."""
    return [*_burst(result["burst"]["contestants"]), *_latency(result["latency"]), *_others(result)]


def _burst(contestants: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    ours, threads = contestants["dispatcher"], contestants["threads-100"]
    speed = ours["tasks_per_second"]
    best = max(contestants[name]["tasks_per_second"] for name in LIBRARIES)
    origin = contestants["origin-loop"]["tasks_per_second"]
    return [
        _at_least("burst: throughput over the origin's loop", speed / origin, 5.0),
        _at_least("burst: throughput over the best polling library", speed / best, 3.0),
        _at_most(
            "burst: processor time per task over 100 threads that record nothing",
            ours["cpu_ms_per_task"] / threads["cpu_ms_per_task"],
            1.5,
        ),
        _at_most("burst: tasks lost or started twice", ours["lost"] + ours["started_twice"], 0.0),
    ]


def _latency(latency: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    native = latency["native"]["warm"]["p50_ms"]
    found = []
    for mode in MODES:
        warm, limit = latency[mode]["warm"], MAX_OF_NATIVE[mode]
        found.append(_at_most(f"{mode}: warm median over the native floor", warm["p50_ms"] / native, limit))
        found.append(_at_most(f"{mode}: warm p99, seconds", warm["p99_ms"] / 1000, 2.0))
    return found


def _others(result: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    throttle, reconciler = result["throttle"], result["reconciler"]
    return [
        _at_least("throttle: share of the refill rate used", throttle["share_of_refill_used"], 0.9),
        _at_most("throttle: share of polls refused", throttle["share_refused"], 0.1),
        _at_most("throttle: tasks lost or started twice", throttle["lost"] + throttle["started_twice"], 0.0),
        _at_most("reconciler: 10,000 open tasks, seconds", reconciler["seconds"], 45.0),
        _at_most("reconciler: 10,000 open tasks, megabytes", reconciler["peak_megabytes"], 256.0),
    ]


def _at_least(name: str, value: float, limit: float) -> Mapping[str, Any]:
    return {"name": name, "value": value, "limit": f">= {limit:g}", "is_met": value >= limit}


def _at_most(name: str, value: float, limit: float) -> Mapping[str, Any]:
    return {"name": name, "value": value, "limit": f"<= {limit:g}", "is_met": value <= limit}
