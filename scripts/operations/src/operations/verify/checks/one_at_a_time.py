"""An activity with one slot: each job's end starts the next one, which is one long chain of invocations."""

from __future__ import annotations

import itertools
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from operations.verify.results import Finding, expect

if TYPE_CHECKING:
    from operations.verify.world import World

TASKS = 40


def forty_tasks(world: World) -> Finding:
    """40 tasks through one slot: all are done, never two at once, and Lambda refuses nothing as recursion."""
    with ThreadPoolExecutor(8) as pool:
        arns = list(pool.map(lambda _: world.start("single", {"span": 0.1}), range(TASKS)))
    limit = 300.0 if world.local else 1200.0
    ended = [world.end(arn, limit) for arn in arns]
    failed = [f"{one.status} {one.error}" for one in ended if one.status != "SUCCEEDED"]
    expect(not failed, f"{len(failed)} of {TASKS} did not succeed: {', '.join(sorted(set(failed)))}")
    spans = sorted(json.loads(one.output or "[0, 0]") for one in ended)
    pauses = sorted(begin - end for (_, end), (begin, _) in itertools.pairwise(spans))
    expect(pauses[0] > 0, f"two jobs ran at once, for {-pauses[0]:.2f} s")
    dropped = dropped_invocations(world, spans[0][0])
    expect(not dropped, f"Lambda dropped invocations as recursive: {dropped}")
    took = spans[-1][1] - spans[0][0]
    value = {"seconds": round(took, 1), "longest_pause_seconds": round(pauses[-1], 2)}
    return Finding(detail=f"{TASKS} in {took:.0f} s, longest pause {pauses[-1]:.1f} s", value=value)


def dropped_invocations(world: World, since: float) -> dict[str, float]:
    """Return how many invocations of each function of the stack Lambda dropped as recursive.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
    """
    begin = datetime.fromtimestamp(since, UTC) - timedelta(minutes=1)
    found = {}
    for name, function in world.made.stack.functions.items():
        answer = world.client("cloudwatch").get_metric_statistics(
            Namespace="AWS/Lambda",
            MetricName="RecursiveInvocationsDropped",
            Dimensions=[{"Name": "FunctionName", "Value": function["arn"].rpartition(":")[2]}],
            StartTime=begin,
            EndTime=datetime.now(UTC) + timedelta(minutes=1),
            Period=60,
            Statistics=["Sum"],
        )
        total = sum(point["Sum"] for point in answer["Datapoints"])
        if total:
            found[name] = total
    return found
