"""A caller with five tasks does not wait for one with five hundred."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.helpers import wait_until

from operations.executions import execution

MANY, FEW = 500, 5
# Long beside what a start takes, on a machine that is doing other things too.
SECONDS = 2.0


def all_of[T](function: Callable[[Any], T], things: Iterable[Any]) -> list[T]:
    """Call a function for all of them, several at a time."""
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(function, things))


def start(client: Any, shares: Any, tenant: str, count: int) -> list[str]:
    """Start executions of one caller."""
    sfn, task = client("stepfunctions"), {"tenant": tenant, "span": SECONDS}
    return all_of(lambda _: execution.start(sfn, shares["state_machine"], task), range(count))


def done_after(client: Any, shares: Any, follow: Any) -> float:
    """Start the few tasks; return how many seconds later the last one's job has ended."""
    began = time.time()
    ended = [follow(arn) for arn in start(client, shares, "few", FEW)]
    assert Counter(one.status for one in ended) == {"SUCCEEDED": FEW}
    return max(float(json.loads(str(one.output))[1]) for one in ended) - began


def seen(client: Any, shares: Any) -> Counter[str]:
    """Return how many tasks are in which state."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=shares["task_table"])
    return Counter(item["state"]["S"] for page in pages for item in page["Items"] if "state" in item)


def test_five_tasks_are_done_before_five_hundred(shares: Any, client: Any, follow: Any) -> None:
    alone = done_after(client, shares, follow)
    others = start(client, shares, "many", MANY)
    try:
        # All are there: the machine has nothing else to do then.
        wait_until(lambda: seen(client, shares).total() == FEW + MANY, seconds=120)
        took = done_after(client, shares, follow)
        waiting = seen(client, shares)["waiting"]
    finally:
        all_of(lambda arn: client("stepfunctions").stop_execution(executionArn=arn), others)
    print(f"{FEW} tasks took {alone:.1f} s alone, {took:.1f} s before {waiting} others")
    assert waiting > MANY // 2
    assert took <= 2 * alone
