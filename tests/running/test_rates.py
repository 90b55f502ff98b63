"""An activity's jobs start at its rate, and no task is taken off it before its job may start."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

RATE, SECONDS = 1, 30
# Enough for the whole time, whatever the machine is doing at the beginning.
TASKS = RATE * SECONDS + 20
OFF = 0.05


def polled_at(client: Any, arn: str) -> float:
    """Return when the task of an execution was taken off its activity."""
    events = client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)["events"]
    (taken,) = [event for event in events if event["type"] == "ActivityStarted"]
    return float(taken["timestamp"].timestamp())


def started_at(client: Any, running: Any) -> list[float]:
    """Return when the jobs of the activity were started."""
    table = client("dynamodb").get_paginator("scan").paginate(TableName=running["task_table"])
    items = [item for page in table for item in page["Items"]]
    return [
        float(item["starting_at"]["N"])
        for item in items
        if item.get("activity_arn", {}).get("S", "").endswith("running-paced") and "starting_at" in item
    ]


def most_within(times: Sequence[float], seconds: float) -> int:
    """Return how many of the times are in the fullest period of so many seconds."""
    ordered = sorted(times)
    return max(bisect_left(ordered, first + seconds) - index for index, first in enumerate(ordered))


def test_jobs_start_at_the_rate(running: Any, client: Any, follow: Any, start: Any) -> None:
    arns = start("paced", TASKS, {"span": 0.05})
    assert Counter(follow(arn).status for arn in arns) == {"SUCCEEDED": TASKS}
    with ThreadPoolExecutor(8) as pool:
        polled = list(pool.map(lambda arn: polled_at(client, arn), arns))
    started = started_at(client, running)
    found = {"polled": most_within(polled, SECONDS), "started": most_within(started, SECONDS)}
    print(f"at most {found} in {SECONDS} s, {max(polled) - min(polled):.1f} s for {TASKS}")
    assert len(started) == TASKS
    for name, count in found.items():
        assert abs(count - RATE * SECONDS) <= OFF * RATE * SECONDS, (name, count)
