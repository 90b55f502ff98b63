"""What a million tasks cost in the control plane, from measured times and AWS's list prices in eu-west-1.

Sources: https://aws.amazon.com/lambda/pricing/ https://aws.amazon.com/step-functions/pricing/
https://aws.amazon.com/sqs/pricing/ https://aws.amazon.com/dynamodb/pricing/on-demand/
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

MILLION = 1_000_000
USD_TRANSITION = 0.025 / 1_000
USD_GB_SECOND, USD_INVOCATION = 0.0000133334, 0.20 / MILLION
USD_SQS_REQUEST = 0.40 / MILLION
USD_WRITE_UNIT = 0.705 / MILLION
# What module dispatcher gives its function, and the memory that has one core.
# https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
MEMORY_MB, MEMORY_OF_A_CORE_MB = 512, 1_769
# Process, RequestDispatch, Activity.
TRANSITIONS = 3
# The task, its claim, its outcome; each also in the index of what is open. One of over 1 KB takes two units.
WRITES, UNITS_A_WRITE = 3, 4
BATCH = 10


def measure(burst: Mapping[str, Any], starts: Mapping[str, Any], least_ms: float) -> Mapping[str, Any]:
    """Return times and dollars; `least_ms` is what one call of the stub takes."""
    cpu, calls = burst["cpu_ms_per_task"], burst["calls_per_task"]
    single, many = starts["warm_invocation_ms"], burst["billed_ms_per_task"]
    # A smaller share of a core makes the work slower, not the waiting. A burst is all work.
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
    def dispatcher(ms: float, tasks_per_invocation: int) -> float:
        return ms / 1000 * MEMORY_MB / 1024 * USD_GB_SECOND + USD_INVOCATION / tasks_per_invocation

    table = WRITES * UNITS_A_WRITE * USD_WRITE_UNIT
    requests = USD_TRANSITION * TRANSITIONS + table
    per_task = {
        # One message, one invocation: sent, received, deleted.
        "requests, one at a time": requests + dispatcher(milliseconds["single"], 1) + 3 * USD_SQS_REQUEST,
        "requests, in a burst": requests
        + dispatcher(milliseconds["burst"], BATCH)
        + (1 + 2 / BATCH) * USD_SQS_REQUEST,
        "native .waitForTaskToken": USD_TRANSITION,
        "native .sync": USD_TRANSITION,
    }
    return {name: usd * MILLION for name, usd in per_task.items()}
