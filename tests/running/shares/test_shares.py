"""A caller with five tasks does not wait for one with five hundred."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.helpers import wait_until

from operations.executions import execution

MANY, FEW, SLOTS = 500, 5, 4
# Alone, the few take two turns of all slots: the first four, then the fifth.
TURNS = 2
SECONDS = 1.0


def all_of[T](function: Callable[[Any], T], things: Iterable[Any]) -> list[T]:
    """Call a function for all of them, several at a time."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(function, things))


def start(client: Any, shares: Any, tenant: str, count: int) -> list[str]:
    """Start executions of one caller."""
    sfn, task = client("stepfunctions"), {"tenant": tenant, "span": SECONDS}
    return all_of(lambda _: execution.start(sfn, shares["state_machine"], task), range(count))


def wait_for(follow: Any, arns: list[str]) -> None:
    assert Counter(follow(arn).status for arn in arns) == {"SUCCEEDED": len(arns)}


def tasks(client: Any, shares: Any) -> list[dict[str, Any]]:
    """Return the items of all tasks."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=shares["task_table"])
    return [item for page in pages for item in page["Items"] if "state" in item]


def begun(client: Any, shares: Any) -> dict[str, float]:
    """Return when the jobs of executions have begun."""
    return {
        task["execution_arn"]["S"]: float(task["claimed_at"]["N"])
        for task in tasks(client, shares)
        if "claimed_at" in task
    }


def test_five_tasks_are_done_before_five_hundred(shares: Any, client: Any, follow: Any) -> None:
    others = start(client, shares, "many", MANY)
    try:
        wait_until(lambda: len(tasks(client, shares)) == MANY, seconds=180)
        asked = time.time()
        few = start(client, shares, "few", FEW)
        wait_for(follow, few)
        took = time.time() - asked
        at = begun(client, shares)
    finally:
        all_of(lambda arn: client("stepfunctions").stop_execution(executionArn=arn), others)
    last = max(at[arn] for arn in few)
    before = [arn for arn in others if asked < at.get(arn, 0) <= last]
    left = len(set(others) - at.keys())
    print(f"{FEW} tasks took {took:.1f} s; {len(before)} of the others began meanwhile, {left} are left")
    assert left > MANY // 2
    # Twice the time that they need alone, in turns: this machine, and its cloud, have a busy minute then.
    assert FEW + len(before) <= 2 * TURNS * SLOTS
