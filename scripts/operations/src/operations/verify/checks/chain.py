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

# Lambda's log and a message delivered twice may be late.
QUIET_SECONDS = 15
LIMIT_SECONDS = 240
TURN = re.compile(r"\bturn (\d+)")
FAILED = re.compile(r"\bturn \d+ failed: |Task timed out")


def recursion(world: World) -> Finding:
    """Count the turns until the chain stops by itself, or until the message is a dead letter."""
    sqs = world.client("sqs")
    sqs.send_message(QueueUrl=world.made.queue_urls["chain"], MessageBody="1")
    turns = unchanged = 0
    for _ in range(LIMIT_SECONDS):
        world.sleep(1)
        lines = _lines(world)
        now = max((int(match[1]) for line in lines if (match := TURN.search(line))), default=0)
        unchanged = unchanged + 1 if now == turns else 0
        turns = now
        done = turns >= MAX_TURNS or _count(sqs, world.made.queue_urls["chain-dead-letters"])
        if done and unchanged >= QUIET_SECONDS:
            break
    expect(turns, f"the first message was not handled within {LIMIT_SECONDS} s")
    own = [line for line in lines if FAILED.search(line)]
    expect(not own, f"the chain was broken by an error of its own: {own[:1]}")
    letters = _count(sqs, world.made.queue_urls["chain-dead-letters"])
    ended = turns < MAX_TURNS
    value = {"ended": ended, "turns": turns, "dead_letters": letters, "asked_for": MAX_TURNS}
    if not ended:
        return Finding(detail=f"not ended: all {MAX_TURNS} turns were made", value=value)
    return Finding(detail=f"ended after {turns} turns; {letters} dead letters", value=value)


def _lines(world: World) -> list[str]:
    """Return the function's log."""
    pages = world.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=world.made.chain_log_group)
    return [event["message"] for page in found for event in page["events"]]


def _count(sqs: Any, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    return int(sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"][name])
