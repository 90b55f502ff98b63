"""What a task costs, by measured times and documented prices."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING, Any

from operations import paths

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER = paths.ROOT / "docs/cost"
MEASURED = FOLDER / "measured.json"
TASKS = (1_000, 100_000, 10_000_000)
SECONDS_A_MONTH = 30 * 86_400
MINUTES_A_MONTH = SECONDS_A_MONTH // 60
# AWS documents no length of tokens, only that they have at most 2,048 characters.
TOKEN_BYTES = 1_000
INPUT_BYTES = 1_000
JOB_SECONDS = 60
MISSED_TASK_POLL_MINUTES = 15
POLL_SECONDS = 60
# The polls that Lambda keeps open on an empty queue, and how long each lasts.
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
QUEUE_POLLS, QUEUE_POLL_SECONDS = 5, 20
# Of a stack with one activity on Fargate, as AWS counts them, by metric: two for each of three functions, one
# on two metrics for the activity, five for the control plane, five for the dashboard.
ALARMS = 18
# All for the stack, most for the activity too: latency, succeeded, open and oldest; errors, overdue, and
# three that say what the reconciler's passes left out.
METRICS = 13
_KB, _GB = 1_024, 1_000_000_000

type Units = dict[str, float]


@dataclass(frozen=True, kw_only=True)
class Way:
    """A way to get work done. `task` and `month` count units, by the prices' names."""

    name: str
    task: Units
    month: Units = field(default_factory=dict)

    def month_usd(self, tasks: int, prices: Mapping[str, float]) -> float:
        """Return the cost of a month with this many tasks."""
        return self.task_usd(prices) * tasks + usd(self.month, prices)

    def task_usd(self, prices: Mapping[str, float]) -> float:
        """Return the cost of one task, without the month's fixed cost."""
        return usd(self.task, prices)


def prices() -> dict[str, float]:
    """Return the prices in US dollars by name."""
    return {name: price["usd"] for name, price in read("prices.json")["prices"].items()}


def ways(measured: Mapping[str, Any] | None = None) -> list[Way]:
    """Return the ways that are compared, with these figures or those of docs/cost/measured.json."""
    alone = {"vcpu_hour": 0.25 * SECONDS_A_MONTH / 3600, "memory_gb_hour": 0.5 * SECONDS_A_MONTH / 3600}
    return [
        *_ours(read("measured.json") if measured is None else measured),
        Way(name="native `.sync`", task={"transition": 1}),
        Way(name="native `.waitForTaskToken`", task={"transition": 1}),
        Way(name="a worker of one's own that polls", task={"transition": 1}, month=alone),
    ]


def _ours(measured: Mapping[str, Any]) -> list[Way]:
    reporting = _invocation(measured, "reporter", times=measured["reporter"]["events"])
    kept = _add({"transition": 1}, _table(measured), reporting)
    # Each message is sent by itself; an invocation's messages are received and deleted together.
    invocations = measured["dispatcher"].get("invocations", 1.0)
    dispatching = _invocation(measured, "dispatcher", times=invocations)
    pushed = _add(kept, {"sqs_request": 1 + 2 * invocations}, dispatching)
    listening = _invocation(measured, "listener", times=measured["listener"]["invocations"])
    history = {"log_gb": measured["history"]["log_bytes"] / _GB}
    stack = _stack(measured)
    polling = _add(stack, _missed_task_polls(measured))
    return [
        Way(name="`requests`", task=_add(pushed, {"transition": 2}), month=polling),
        Way(name="`logs`", task=_add(pushed, listening, history), month=_add(polling, {"alarm": 2})),
        Way(name="`poll`", task=kept, month=_add(stack, _poller(measured))),
        Way(name="direct callback", task=pushed, month=stack),
    ]


def _stack(measured: Mapping[str, Any]) -> Units:
    """What a stack uses in a month without tasks."""
    passes = _invocation(measured, "reconciler", times=MINUTES_A_MONTH)
    queue = {"sqs_request": QUEUE_POLLS * SECONDS_A_MONTH / QUEUE_POLL_SECONDS}
    watching = {"alarm": ALARMS, "metric": METRICS, "dashboard": 1}
    return _add(passes, queue, watching, {"read_unit": 0.5 * MINUTES_A_MONTH})


def _missed_task_polls(measured: Mapping[str, Any]) -> Units:
    """The regular polls for missed tasks, which find nothing."""
    times = MINUTES_A_MONTH / MISSED_TASK_POLL_MINUTES
    return _lambda(measured["dispatcher"]["memory_mb"], POLL_SECONDS * times, times)


def _poller(measured: Mapping[str, Any]) -> Units:
    """One invocation polls all the time; a rule tries to start another every minute."""
    always = _lambda(measured["poller"]["memory_mb"], SECONDS_A_MONTH, MINUTES_A_MONTH)
    return _add(always, {"alarm": 3})


def _table(measured: Mapping[str, Any]) -> Units:
    """What a task uses in the task table: a write counts the larger of the item before and after it."""
    item = measured["item"]
    whole = ceil((item["bytes"] + TOKEN_BYTES + INPUT_BYTES) / _KB)
    indexed = ceil((item["bytes"] + TOKEN_BYTES) / _KB)
    settled = ceil(item["bytes"] / _KB)
    # Written, started, claimed and settled; then closed, which removes it from the index.
    writes = 4 * (whole + indexed) + 2 * settled
    # The worker reads it once, the reporter at the job's end; the reconciler sees it once a minute.
    reads = 2 * ceil(whole / 4) + JOB_SECONDS / 60 * indexed * 0.125
    return {"write_unit": writes, "read_unit": reads}


def _invocation(measured: Mapping[str, Any], function: str, times: float = 1) -> Units:
    figures = measured[function]
    running = _lambda(figures["memory_mb"], figures["milliseconds"] / 1000 * times, times)
    return _add(running, {"log_gb": figures["log_bytes"] * times / _GB})


def _lambda(memory_mb: float, seconds: float, invocations: float) -> Units:
    return {"gb_second": memory_mb / 1024 * seconds, "invocation": invocations}


def _add(*parts: Mapping[str, float]) -> Units:
    names = {name: None for part in parts for name in part}
    return {name: sum(part.get(name, 0.0) for part in parts) for name in names}


def usd(units: Mapping[str, float], by_name: Mapping[str, float]) -> float:
    """Return the cost of these units."""
    return sum(count * by_name[name] for name, count in units.items())


def read(name: str) -> dict[str, Any]:
    """Read a file of docs/cost."""
    document: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return document
