"""A caller with five tasks does not wait for one with five hundred."""

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.helpers import wait_until

from operations.executions import execution

MANY, FEW, SLOTS, SECONDS = 500, 5, 4, 0.2


def start(client: Any, shares: Any, tenant: str, count: int) -> list[str]:
    """Start executions of one caller."""
    sfn, task = client("stepfunctions"), {"tenant": tenant, "span": SECONDS}
    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(lambda _: execution.start(sfn, shares["state_machine"], task), range(count)))


def spans(follow: Any, arns: list[str]) -> list[Any]:
    """Wait for the executions; return when their jobs began and ended."""
    ended = [follow(arn) for arn in arns]
    assert Counter(one.status for one in ended) == {"SUCCEEDED": len(arns)}
    return [tuple(json.loads(str(one.output))) for one in ended]


def waiting(client: Any, shares: Any) -> int:
    """Return how many tasks wait for a slot."""
    items = client("dynamodb").scan(
        TableName=shares["task_table"],
        FilterExpression="begins_with(poll_id, :w)",
        ExpressionAttributeValues={":w": {"S": "waiting#"}},
    )["Items"]
    return len(items)


def test_five_tasks_are_done_before_five_hundred(shares: Any, client: Any, follow: Any) -> None:
    began = time.time()
    alone = max(end for _, end in spans(follow, start(client, shares, "few", FEW))) - began
    others = start(client, shares, "many", MANY)
    wait_until(lambda: waiting(client, shares) > MANY // 4, seconds=120)
    asked = time.time()
    few = spans(follow, start(client, shares, "few", FEW))
    took = max(end for _, end in few) - asked
    many = spans(follow, others)
    # In jobs and not in seconds: to start all the others makes this machine slow. Each of the few lets one
    # of them go first, besides those that ran already.
    first, last = min(begin for begin, _ in few), max(begin for begin, _ in few)
    between = sum(first <= begin <= last for begin, _ in many)
    print(
        f"{FEW} tasks took {alone:.1f} s alone, {took:.1f} s behind {MANY}; {between} of these ran meanwhile"
    )
    assert between <= FEW + SLOTS
    assert len(many) == MANY
    assert last < sorted(begin for begin, _ in many)[MANY // 2]
    wait_until(lambda: waiting(client, shares) == 0)
