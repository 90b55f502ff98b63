"""At the throttle: more requests wait than Step Functions allows polls."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

from benchmark import items
from benchmark.bursts import READY_SECONDS, function
from benchmark.processes import running

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmark.endpoint import Endpoint

# AWS's quota in us-east-1, us-west-2 and eu-west-1.
BUCKET, REFILL = 3_000, 500
DISPATCHERS = 2
SECONDS = 30.0
# The bucket is empty: polls that are refused at first succeed after a few pauses.
LIMIT_SECONDS = 90.0


def measure(endpoint: Endpoint, tasks_per_second: float) -> Mapping[str, Any]:
    """Request more polls than an empty bucket allows.

    `tasks_per_second` is the speed of one dispatcher here: a machine that cannot reach the real refill
    rate gets a smaller bucket with the same proportions.
    """
    scale = min(1.0, tasks_per_second / 2 / REFILL)
    bucket, refill = BUCKET * scale, REFILL * scale
    endpoint.ask("reset", bucket=bucket, refill=refill)
    endpoint.ask("items", items=[items.activity()])
    tasks = round(refill * SECONDS)
    report = _throttled_burst(endpoint, tasks)
    seconds = report["tasks"]["seconds"]
    polls, refused = report["polls_allowed"], report["refused"]["GetActivityTask"]
    return {
        "bucket": bucket,
        "refill_per_second": refill,
        "dispatchers": DISPATCHERS,
        "tasks": tasks,
        "seconds": seconds,
        # From the first request to the last start, including the time that refusals cost.
        "share_of_refill_used": tasks / (refill * seconds),
        "share_refused": refused / (polls + refused),
        "lost": report["tasks"]["handed_out"] - report["tasks"]["started"],
        "started_twice": report["tasks"]["started_twice"],
    }


def _throttled_burst(endpoint: Endpoint, tasks: int) -> Mapping[str, Any]:
    """Let the dispatchers start the tasks; return the stub's report."""
    with ExitStack() as stack:
        for number in range(DISPATCHERS):
            name, command = f"throttled-{number}", function("dispatcher")
            stack.enter_context(running(name, command, endpoint.function_environment("dispatcher")))
        endpoint.ask("wait-ready", seconds=READY_SECONDS)
        endpoint.ask("empty-bucket")
        endpoint.ask("schedule", count=tasks, request=items.request())
        endpoint.ask("wait-started", seconds=LIMIT_SECONDS)
        return dict(endpoint.ask("report"))
