"""Dispatch latency on the local cloud: from the task's schedule event to the worker's first line.

`native` is `lambda:invoke.waitForTaskToken` on the same cloud: the time that Step Functions itself needs.
"""

from __future__ import annotations

import json
import statistics
from typing import TYPE_CHECKING, Any

from activity_dispatch_cli import execution
from benchmark import emulator
from benchmark.deployment import MODES, deployed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from benchmark.deployment import Deployment

NATIVE = "native"
WARM_UP, WARM, COLD = 3, 30, 4
EXECUTION_SECONDS = 90.0
# A poller is never cold, and logs wake the same dispatcher.
COLD_WAYS = (NATIVE, "requests")
SCHEDULED = ("ActivityScheduled", "TaskScheduled")


def measure() -> Mapping[str, Any]:
    """Start a cloud, deploy, run executions one by one with the ways taking turns, and remove everything."""
    names = (NATIVE, *MODES)
    with deployed() as deployment:
        for _ in range(WARM_UP):
            _round(deployment, names)
        warm = [_round(deployment, names) for _ in range(WARM)]
        share = emulator.measure(deployment)
        cold = []
        for _ in range(COLD):
            deployment.make_cold()
            cold.append(_round(deployment, COLD_WAYS))
    latencies = {name: {"warm": _summary([one[name] for one in warm])} for name in names}
    for name in COLD_WAYS:
        latencies[name]["cold"] = _summary([one[name] for one in cold])
    return {**latencies, "emulator": share}


def _round(deployment: Deployment, names: Sequence[str]) -> Mapping[str, float]:
    return {name: _latency_ms(deployment, name) for name in names}


def _latency_ms(deployment: Deployment, name: str) -> float:
    client = deployment.client("stepfunctions")
    arn = execution.start(client, deployment.state_machines[name], {})
    ended = execution.follow(
        client, arn, tell=lambda _: None, interval_seconds=0.05, limit_seconds=EXECUTION_SECONDS
    )
    if ended.output is None:
        raise RuntimeError(f"{name}: {ended.status}: {ended.error}: {ended.cause}")
    # The state RequestDispatch is a task, too: the last task scheduled is the processed one.
    scheduled = [event["timestamp"] for event in ended.events if event["type"] in SCHEDULED][-1]
    at, begun = float(json.loads(ended.output)["at"]), float(scheduled.timestamp())
    return (at - begun) * 1000


def _summary(milliseconds: Sequence[float]) -> Mapping[str, float]:
    cuts = statistics.quantiles(milliseconds, n=100, method="inclusive")
    return {"p50_ms": cuts[49], "p95_ms": cuts[94], "p99_ms": cuts[98], "count": len(milliseconds)}
