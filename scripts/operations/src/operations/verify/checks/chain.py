"""A function that sends to its own queue: does Lambda end such a chain, and after how many turns?

https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from operations.verify.job import MAX_TURNS
from operations.verify.results import Finding, expect

if TYPE_CHECKING:
    from operations.verify.world import World

QUIET_SECONDS = 15
LIMIT_SECONDS = 240
TURN = re.compile(r"\bturn (\d+)")


def recursion(world: World) -> Finding:
    """Count the turns until the chain stops by itself, or until the message is a dead letter."""
    sqs = world.client("sqs")
    sqs.send_message(QueueUrl=world.made.queue_urls["chain"], MessageBody="1")
    turns = unchanged = 0
    for _ in range(LIMIT_SECONDS):
        world.sleep(1)
        now = _turns(world)
        unchanged = unchanged + 1 if now == turns else 0
        turns = now
        done = turns >= MAX_TURNS or _count(sqs, world.made.queue_urls["chain-dead-letters"])
        if done and unchanged >= QUIET_SECONDS // 3:
            break
    expect(turns, f"the first message was not handled within {LIMIT_SECONDS} s")
    letters = _count(sqs, world.made.queue_urls["chain-dead-letters"])
    ended = turns < MAX_TURNS
    value = {"ended": ended, "turns": turns, "dead_letters": letters, "asked_for": MAX_TURNS}
    if not ended:
        return Finding(detail=f"not ended: all {MAX_TURNS} turns were made", value=value)
    return Finding(detail=f"ended after {turns} turns; {letters} dead letters", value=value)


def _turns(world: World) -> int:
    """Return the highest turn in the function's log."""
    pages = world.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=world.made.chain_log_group)
    texts = (event["message"] for page in found for event in page["events"])
    return max((int(match[1]) for text in texts if (match := TURN.search(text))), default=0)


def _count(sqs: Any, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])
