"""A caller with five tasks does not wait for one with five hundred."""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.helpers import wait_until

MANY, FEW, SLOTS = 500, 5, 4
# Alone, the few take two turns of all slots: the first four, then the fifth.
TURNS = 2
SECONDS = 4.0


def begun(client: Any, running: Any) -> dict[str, float | None]:
    """Return when the job of each of the activity's executions has begun, None if it has not."""
    pages = client("dynamodb").get_paginator("scan").paginate(TableName=running["task_table"])
    tasks = [item for page in pages for item in page["Items"] if "state" in item]
    return {
        task["execution_arn"]["S"]: float(task["claimed_at"]["N"]) if "claimed_at" in task else None
        for task in tasks
        if ":running-share:" in task["execution_arn"]["S"]
    }


def test_five_tasks_do_not_wait_for_five_hundred(running: Any, client: Any, follow: Any, start: Any) -> None:
    others = start("share", MANY, {"tenant": "many", "span": SECONDS})
    sfn = client("stepfunctions")
    try:
        wait_until(lambda: len(begun(client, running)) == MANY, seconds=180, pause=2)
        asked = time.time()
        few = start("share", FEW, {"tenant": "few", "span": SECONDS})
        assert Counter(follow(arn).status for arn in few) == {"SUCCEEDED": FEW}
        took = time.time() - asked
        at = begun(client, running)
    finally:
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda arn: sfn.stop_execution(executionArn=arn), others))
    last = max(at[arn] or 0 for arn in few)
    before = sum(asked < (at[arn] or 0) <= last for arn in others)
    left = sum(at[arn] is None for arn in others)
    print(f"{FEW} tasks took {took:.1f} s; {before} of the others began meanwhile, {left} are left")
    assert left > MANY // 2
    # Twice the time that they need alone, counted in jobs: how long a turn takes is up to this cloud.
    assert FEW + before <= 2 * TURNS * SLOTS
