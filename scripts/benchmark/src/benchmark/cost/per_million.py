"""What a million tasks cost in the control plane, by measured times and the prices in docs/cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from benchmark.cost import model

if TYPE_CHECKING:
    from collections.abc import Mapping

MILLION = 1_000_000
# The memory of the dispatcher's function, and the memory that comes with one core.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEMORY_MB, MEMORY_OF_A_CORE_MB = 512, 1_769
BATCH = 10


def measure(burst: Mapping[str, Any], starts: Mapping[str, Any], least_ms: float) -> Mapping[str, Any]:
    """Return times and dollars; `least_ms` is the time of one call to the stub."""
    cpu, calls = burst["cpu_ms_per_task"], burst["calls_per_task"]
    single, many = starts["warm_invocation_ms"], burst["billed_ms_per_task"]
    # A smaller share of a core slows down work, not waiting. A burst is all work.
    slower = MEMORY_OF_A_CORE_MB / MEMORY_MB
    waiting = min(single, least_ms * 3)
    at_memory = {"single": waiting + (single - waiting) * slower, "burst": max(many, cpu * slower)}
    return {
        "dispatcher_ms_per_task": {"single": single, "burst": many},
        "dispatcher_cpu_ms_per_task": cpu,
        "calls_per_task": calls,
        "at_memory_mb": MEMORY_MB,
        "dispatcher_ms_at_memory": at_memory,
        "usd_per_million": _usd_per_million(at_memory),
    }


def _usd_per_million(milliseconds: Mapping[str, float]) -> Mapping[str, float]:
    """Apply the cost model of the docs to the times that were measured here."""
    measured, prices = model.read("measured.json"), model.prices()
    log_bytes = measured["dispatcher"]["log_bytes"]
    batches = {
        "one at a time": {"milliseconds": milliseconds["single"], "log_bytes": log_bytes},
        "in a burst": {
            "milliseconds": milliseconds["burst"] * BATCH,
            "log_bytes": log_bytes * BATCH,
            "invocations": 1 / BATCH,
        },
    }
    found = {}
    for how, figures in batches.items():
        dispatcher = {**measured["dispatcher"], "memory_mb": MEMORY_MB, **figures}
        requests = model.ways({**measured, "dispatcher": dispatcher})[0]
        found[f"{requests.name}, {how}"] = requests.task_usd(prices) * MILLION
    native = {
        way.name: way.task_usd(prices) * MILLION for way in model.ways() if way.name.startswith("native")
    }
    return {**found, **native}
