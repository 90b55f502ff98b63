"""Measure on the running local cloud what docs/cost.md is computed from."""

from __future__ import annotations

import json
import os
import platform
import statistics
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

from activity_dispatch_cli import execution
from activity_dispatch_cli.logs import written_by_now
from benchmark.cost import model
from operations import outputs
from operations.clients import session_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from operations.outputs import Outputs

EXECUTIONS = 12
PASSES = 5
LIMIT_SECONDS = 120.0
JOB = {"job": {"command": ["true"]}}
# The events of a state machine that has only the activity.
EVENTS = frozenset(
    (
        *("ExecutionStarted", "TaskStateEntered", "ActivityStateEntered", "ActivityScheduled"),
        *(
            "ActivityStarted",
            "ActivitySucceeded",
            "ActivityStateExited",
            "TaskStateExited",
            "ExecutionSucceeded",
        ),
    )
)


@dataclass(frozen=True, kw_only=True)
class Logs:
    """The log of a function since the measurement began, and the reports in it."""

    lines: list[str]
    reports: Sequence[Mapping[str, Any]]

    def figures(self, count: int | None = None) -> dict[str, float]:
        """Return the figures of an invocation; log bytes are divided by `count` or the number of reports."""
        return {
            "memory_mb": self.reports[0]["memorySizeMB"],
            # The shortest, because it has no cold start, no earlier poll for missed tasks and the least
            # interference.
            "milliseconds": round(min(report["durationMs"] for report in self.reports)),
            "log_bytes": round(sum(map(len, self.lines)) / (count or len(self.reports))),
        }


def measure() -> None:
    """Run tasks one after another on backend fargate; write docs/cost/measured.json."""
    stack = outputs.load(outputs.LOCAL)
    session, begun = session_for(stack), datetime.now(UTC)
    client = cast("Callable[[str], Any]", session.client)
    stepfunctions = client("stepfunctions")
    s3, key = client("s3"), "measure.txt"
    s3.put_object(Bucket=stack.data_bucket, Key=key, Body=b"text")
    given = {"source": f"s3://{stack.data_bucket}/{key}", **JOB}
    for _ in range(EXECUTIONS):
        arn = execution.start(stepfunctions, stack.state_machines["fargate"], given)
        execution.follow(
            stepfunctions, arn, tell=lambda _: None, interval_seconds=0.2, limit_seconds=LIMIT_SECONDS
        )
    for _ in range(PASSES):
        client("lambda").invoke(FunctionName=stack.functions["reconciler"]["arn"])
    document = _document(client, stack, begun)
    model.MEASURED.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(document, indent=2))


def _document(client: Callable[[str], Any], stack: Outputs, begun: datetime) -> dict[str, Any]:
    logs = {name: _logs(client, stack, name, begun) for name in ("dispatcher", "reporter", "reconciler")}
    before = json.loads(model.MEASURED.read_text(encoding="utf-8")) if model.MEASURED.exists() else {}
    return {
        # Keep what was measured on other stacks and the local one lacks.
        **before,
        "date": f"{begun:%Y-%m-%d}",
        "machine": f"local cloud on {os.cpu_count()} cores of {platform.machine()}",
        "how": f"The shortest of {EXECUTIONS} tasks one after the other on fargate, and of {PASSES} passes.",
        "dispatcher": logs["dispatcher"].figures(EXECUTIONS),
        "reporter": {
            **logs["reporter"].figures(),
            "events": round(len(logs["reporter"].reports) / EXECUTIONS, 2),
        },
        "reconciler": logs["reconciler"].figures(),
        "history": {"log_bytes": _history_bytes(client, stack, begun)},
        "item": {"bytes": _item_bytes(client, stack)},
    }


def _lines(client: Callable[[str], Any], group: str, begun: datetime) -> list[str]:
    return [event["message"] for event in written_by_now(client("logs"), group, begun)]


def _logs(client: Callable[[str], Any], stack: Outputs, function: str, begun: datetime) -> Logs:
    lines = _lines(client, stack.functions[function]["log_group_name"], begun)
    records = [json.loads(line)["record"] for line in lines if '"platform.report"' in line]
    memory = client("lambda").get_function_configuration(FunctionName=stack.functions[function]["arn"])
    reports = [
        {"durationMs": record["metrics"]["durationMs"], "memorySizeMB": memory["MemorySize"]}
        for record in records
    ]
    return Logs(lines=lines, reports=reports)


def _history_bytes(client: Callable[[str], Any], stack: Outputs, begun: datetime) -> int:
    """The bytes that one task's events take in the log, without inputs and outputs."""
    name = stack.state_machines["fargate"].rpartition(":")[2]
    lines = _lines(client, f"/aws/vendedlogs/states/{name}", begun)
    sizes: dict[str, list[int]] = {}
    for line in lines:
        kind = json.loads(line)["type"]
        if kind in EVENTS:
            sizes.setdefault(kind, []).append(len(line))
    return round(sum(statistics.median(found) for found in sizes.values()))


def _item_bytes(client: Callable[[str], Any], stack: Outputs) -> int:
    """The bytes of a task's item, names and values, without token and input."""
    items = client("dynamodb").scan(TableName=stack.document["task_table"])["Items"]
    tasks = [item for item in items if "job_id" in item and "settled_at" in item]
    sizes = [
        sum(len(key) + len(str(next(iter(value.values())))) for key, value in item.items()) for item in tasks
    ]
    return round(statistics.median(sizes))
