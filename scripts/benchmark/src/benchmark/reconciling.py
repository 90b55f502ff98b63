"""A pass of the reconciler over 10,000 open tasks."""

from __future__ import annotations

import hashlib
import time
from typing import TYPE_CHECKING, Any

from benchmark import items
from benchmark.bursts import READY_SECONDS, function
from benchmark.endpoint import ACCOUNT, ACTIVITY_ARN, REGION
from benchmark.processes import running

if TYPE_CHECKING:
    from collections.abc import Mapping

    from benchmark.endpoint import Endpoint

TASKS = 10_000
PASS_SECONDS = 200.0
_TOKEN_PADDING = "A" * 680
_ECS = {
    "cluster": "jobs",
    "task_definition": "benchmark-job",
    "container": "job",
    "capacity": [{"provider": "FARGATE", "weight": 1, "base": 0}],
    "subnets": ["subnet-1"],
    "security_groups": ["sg-1"],
}


def measure(endpoint: Endpoint) -> Mapping[str, Any]:
    """Run one pass over containers without the worker: none sends its own heartbeats."""
    # One latency for all calls, as the target states it.
    endpoint.ask("reset", least_ms=15.0, most_ms=15.0)
    endpoint.ask("items", items=[items.activity(backend="ecs", config=_ECS)])
    now = time.time()
    open_tasks = [_open_task(number, now) for number in range(TASKS)]
    for begin in range(0, TASKS, 1000):
        endpoint.ask("items", items=open_tasks[begin : begin + 1000])
    environment = endpoint.function_environment("reconciler")
    with running("reconciler", function("reconciler"), environment) as process:
        endpoint.ask("wait-ready", seconds=READY_SECONDS)
        before = process.cpu_seconds()
        steps = endpoint.ask("invoke", event={}, seconds=PASS_SECONDS)
        cpu, megabytes = process.cpu_seconds() - before, process.peak_megabytes()
    report = endpoint.ask("report")
    return {
        "open_tasks": TASKS,
        "steps": steps,
        "seconds": report["invocation_ms"][0] / 1000,
        "cpu_seconds": cpu,
        "peak_megabytes": megabytes,
        "calls": report["calls"],
    }


def _open_task(number: int, now: float) -> dict[str, Any]:
    token = f"{number:08d}{_TOKEN_PADDING}"
    task_id = hashlib.sha256(token.encode()).hexdigest()[:32]
    return {
        "task_id": {"S": task_id},
        "state": {"S": "started"},
        "activity_arn": {"S": ACTIVITY_ARN},
        "backend": {"S": "ecs"},
        "token": {"S": token},
        "heartbeat_seconds": {"N": "180"},
        "starting_at": {"N": f"{now - 120:.3f}"},
        "started_at": {"N": f"{now - 119:.3f}"},
        "poll_id": {"S": f"{int(now) - 120:08x}{number:08x}"},
        "job_id": {"S": f"arn:aws:ecs:{REGION}:{ACCOUNT}:task/jobs/{task_id}"},
    }
