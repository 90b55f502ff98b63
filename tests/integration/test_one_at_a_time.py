"""An activity with one slot: each job's end starts the next one, which is one long chain of invocations."""

import itertools
import json
import re
from concurrent.futures import ThreadPoolExecutor

TASKS = 40
# From the end of a job to the start of the next: a chain that is cut, or a request that has to be delivered
# again, takes minutes.
LONGEST_PAUSE_SECONDS = 15.0


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
    functions = [f"faulty-{name}" for name in ("dispatcher", "reporter")] + ["faulty"]
    allowed = {
        name: client("lambda").get_function_recursion_config(FunctionName=name)["RecursiveLoop"]
        for name in functions
    }
    assert allowed == dict.fromkeys(functions, "Allow")
