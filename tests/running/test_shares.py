"""A caller with five tasks does not wait for one with five hundred."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.helpers import wait_until

MANY, FEW = 500, 5
# Longer than a job takes to start, also on a busy machine: the test is about turns, not about this cloud.
SECONDS = 10.0


def tasks(client: Any, running: Any) -> list[bool]:
    """Return of each task of the activity whether it has no outcome yet."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=running["task_table"])
    items = [item for page in pages for item in page["Items"] if "state" in item]
    return ["outcome" not in item for item in items if ":running-share:" in item["execution_arn"]["S"]]


def time_for_few(start: Callable[..., list[str]], follow: Any) -> float:
    """Return the seconds in which a few tasks of one caller are done."""
    asked = time.monotonic()
    few = start("share", FEW, {"tenant": "few", "span": SECONDS})
    assert Counter(follow(arn).status for arn in few) == {"SUCCEEDED": FEW}
    return time.monotonic() - asked


def test_five_tasks_do_not_wait_for_five_hundred(running: Any, client: Any, follow: Any, start: Any) -> None:
    alone = time_for_few(start, follow)
    others = start("share", MANY, {"tenant": "many", "span": SECONDS})
    sfn = client("stepfunctions")
    try:
        wait_until(lambda: len(tasks(client, running)) == FEW + MANY, seconds=180, pause=2)
        beside = time_for_few(start, follow)
        left = sum(tasks(client, running))
    finally:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda arn: sfn.stop_execution(executionArn=arn), others))
    print(f"{FEW} tasks took {alone:.1f} s alone, {beside:.1f} s beside {left} of another caller")
    assert left > MANY // 2
    assert beside <= 2 * alone
