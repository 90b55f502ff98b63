"""An activity with one slot: each job's end starts the next one, which is one long chain of invocations."""

import itertools
import json
import re
from concurrent.futures import ThreadPoolExecutor

from tests.integration.helpers import wait_until

TASKS = 40
# From the end of a job to the start of the next: a chain that is cut, or a request that has to be delivered
# again, takes minutes.
LONGEST_PAUSE_SECONDS = 15.0
# Lambda stops the next invocation of a chain, unless it is allowed.
STOPPED_AFTER = 16
# Of a poll for missed tasks, and what comes before and after it.
POLL_SECONDS = 75


def turns(trace_header: str) -> int:
    """How often a function has been invoked in this chain: the highest count."""
    return max(int(count) for count in re.findall(r"[0-9a-f]{8}:(\d+)", trace_header))


def dispatcher_is_idle(client, queue_url: str) -> bool:
    """Whether no request is being handled: none is in flight."""
    name = "ApproximateNumberOfMessagesNotVisible"
    answer = client("sqs").get_queue_attributes(QueueUrl=queue_url, AttributeNames=[name])
    return bool(answer["Attributes"][name] == "0")


def test_40_tasks_of_an_activity_with_one_slot_are_done_without_a_pause(faulty, client) -> None:
    # While it polls, it also receives requests by itself, not as events: that would shorten the chain.
    wait_until(lambda: dispatcher_is_idle(client, faulty.queue_url(client)), POLL_SECONDS)
    with ThreadPoolExecutor(10) as pool:
        arns = list(pool.map(lambda _: faulty.start({"turn": 0.05}, "single"), range(TASKS)))
    spans = sorted(json.loads(faulty.wait(arn).output) for arn in arns)
    assert len(spans) == TASKS
    pauses = sorted(later[0] - span[1] for span, later in itertools.pairwise(spans))
    took = spans[-1][1] - spans[0][0]
    median = pauses[len(pauses) // 2]
    longest_chain = max(turns(header) for _, _, header in spans)
    print(f"{TASKS} jobs in {took:.1f} s; pauses: median {median:.2f} s, longest {pauses[-1]:.2f} s")
    print(f"the longest chain had {longest_chain} turns")
    # Never two at a time.
    assert pauses[0] > 0
    assert pauses[-1] < LONGEST_PAUSE_SECONDS
    # Otherwise the test would pass whatever Lambda stops.
    assert longest_chain > STOPPED_AFTER
