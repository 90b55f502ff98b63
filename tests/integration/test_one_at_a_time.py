"""An activity with one slot: each job's end starts the next one, which is one long chain of invocations."""

import hashlib
import itertools
import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from tests.integration.helpers import STOPPED

TASKS = 40
# From the end of a job to the start of the next: a chain that is cut, or a request that has to be delivered
# again, takes minutes.
LONGEST_PAUSE_SECONDS = 15.0
# Lambda refuses the next invocation in a chain.
TURNS = 16


def turns(trace_header: str) -> int:
    """How often a function has been invoked in this chain: the highest count."""
    return max(int(count) for count in re.findall(r"[0-9a-f]{8}:(\d+)", trace_header))


def test_40_tasks_of_an_activity_with_one_slot_are_done_without_a_pause(faulty, client) -> None:
    with ThreadPoolExecutor(10) as pool:
        arns = list(pool.map(lambda _: faulty.start({"turn": 0.05}, "single"), range(TASKS)))
    spans = sorted(json.loads(faulty.wait(arn).output) for arn in arns)
    assert len(spans) == TASKS
    pauses = sorted(later[0] - span[1] for span, later in itertools.pairwise(spans))
    took = spans[-1][1] - spans[0][0]
    median = pauses[len(pauses) // 2]
    print(f"{TASKS} jobs in {took:.1f} s; pauses: median {median:.2f} s, longest {pauses[-1]:.2f} s")
    # Lambda stops a chain after 16. It may be shorter here: while it polls, the dispatcher also receives
    # requests by itself, and those begin a new chain.
    print(f"the longest chain of invocations: {max(turns(header) for _, _, header in spans)}")
    # Never two at a time.
    assert pauses[0] > 0
    assert pauses[-1] < LONGEST_PAUSE_SECONDS


@contextmanager
def in_a_chain(lambda_: Any, arn: str) -> Iterator[None]:
    """Send requests as if the function had been invoked 16 times in their chain."""
    # The local cloud's name for a function in a lineage.
    lineage = f"Lineage={hashlib.sha256(arn.encode()).hexdigest()[:8]}:{TURNS}"

    def carry(params: dict[str, Any], **_: Any) -> None:
        params["headers"]["X-Amzn-Trace-Id"] = lineage

    lambda_.meta.events.register("before-call.lambda.Invoke", carry)
    try:
        yield
    finally:
        lambda_.meta.events.unregister("before-call.lambda.Invoke", carry)


@pytest.mark.parametrize("function", ["faulty-dispatcher", "faulty-reporter", "faulty"])
def test_the_functions_of_the_chain_are_invoked_after_16_turns(client, function: str) -> None:
    assert invoke_in_a_chain(client("lambda"), function)["StatusCode"] == 200


def test_other_functions_are_not(client) -> None:
    """So the test above can fail."""
    lambda_ = client("lambda")
    with pytest.raises(lambda_.exceptions.RecursiveInvocationException):
        invoke_in_a_chain(lambda_, STOPPED)


def invoke_in_a_chain(lambda_: Any, function: str) -> Any:
    arn = lambda_.get_function_configuration(FunctionName=function)["FunctionArn"]
    with in_a_chain(lambda_, arn):
        # No record, no task: the function has nothing to do.
        return lambda_.invoke(FunctionName=function, Payload='{"Records": []}')
