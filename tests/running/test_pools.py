"""Two activities share a pool: their jobs never hold more than its size, and both go on."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.integration.chaos.plan import POLL_SECONDS
from tests.integration.helpers import wait_until

from activity_dispatch.domain.pools import Pool
from activity_dispatch.store.dynamodb.pools import DynamoPools

SIZE = 8
WEIGHTS = {"heavy": 4, "light": 1}
# The heavy jobs hold twenty slots in all, and so do the light ones.
COUNTS = {"heavy": 5, "light": 20}
SECONDS = 1.0

type Spans = list[tuple[float, float]]


def spans(follow: Any, arns: list[str]) -> Spans:
    """Wait for the executions; return when their jobs began and ended."""
    ended = [follow(arn) for arn in arns]
    assert {one.status for one in ended} == {"SUCCEEDED"}
    begin_end = [json.loads(str(one.output)) for one in ended]
    return [(begin, end) for begin, end in begin_end]


def most_held(jobs: dict[str, Spans]) -> int:
    """Return how many slots were held at most by jobs that ran at the same time."""
    # At the same moment, an end comes before a beginning.
    changes = sorted(
        change
        for name, found in jobs.items()
        for begin, end in found
        for change in ((begin, WEIGHTS[name]), (end, -WEIGHTS[name]))
    )
    held = most = 0
    for _, change in changes:
        held += change
        most = max(most, held)
    return most


def pool(client: Any, running: Any) -> Pool:
    return DynamoPools(client=client("dynamodb"), table=running["task_table"]).read_pool("gpus")


def test_a_pool_is_shared_and_never_overfull(running: Any, client: Any, follow: Any, start: Any) -> None:
    with ThreadPoolExecutor() as threads:
        # Both at once: who comes first goes first.
        begun = {
            name: threads.submit(start, name, count, {"span": SECONDS}) for name, count in COUNTS.items()
        }
    executions = {name: started.result() for name, started in begun.items()}
    jobs = {name: spans(follow, arns) for name, arns in executions.items()}
    begins = {name: sorted(begin for begin, _ in found) for name, found in jobs.items()}
    first = min(begins["heavy"][0], begins["light"][0])
    print(
        f"at most {most_held(jobs)} of {SIZE} slots held; begun after, in seconds:",
        {name: [round(begin - first, 1) for begin in found] for name, found in begins.items()},
    )
    assert SIZE // 2 < most_held(jobs) <= SIZE
    assert begins["heavy"][0] < begins["light"][-1]
    assert begins["light"][0] < begins["heavy"][-1]
    # A poll for missed tasks, of the reconciler's first pass, holds room until it has found nothing.
    wait_until(lambda: pool(client, running).used == 0, POLL_SECONDS)
    assert pool(client, running).waiting == 0
