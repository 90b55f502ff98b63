"""Each wake-up mode starts jobs, even for a state machine that knows nothing of a dispatcher."""

import json
import statistics
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from tests.integration.helpers import ask_cloud, wait_until
from tests.integration.test_nothing_hangs import span

from activity_dispatch_cli.execution import Ended

TASKS = 9


@pytest.fixture(scope="module")
def poller(faulty, client) -> str:
    """The poller, running now: its rule would start it within a minute."""
    name = faulty.functions["poller"]["arn"]
    client("lambda").invoke(FunctionName=name, InvocationType="Event")
    return str(name)


def seconds_until_start(ended: Ended) -> float:
    """From ActivityScheduled to the user's code, which returns its time."""
    assert ended.status == "SUCCEEDED", (ended.error, ended.cause)
    scheduled = next(e["timestamp"] for e in ended.events if e["type"] == "ActivityScheduled")
    return float(json.loads(str(ended.output)) - scheduled.timestamp())


@pytest.mark.parametrize(
    ("mode", "activity"), [("requests", "steady"), ("poll", "polled"), ("logs", "heard")]
)
def test_a_task_is_started_within_two_seconds(
    faulty, poller, record_property, mode: str, activity: str
) -> None:
    # The first run starts everything and does not count.
    faulty.run({"time": 0}, activity)
    seconds = [seconds_until_start(faulty.run({"time": n}, activity)) for n in range(TASKS)]
    p50 = statistics.median(seconds)
    print(f"{mode}: ActivityScheduled to job start p50 {p50:.2f} s, longest {max(seconds):.2f} s of {TASKS}")
    record_property(f"{mode}_p50_seconds", p50)
    assert p50 < 2


@pytest.mark.parametrize("activity", ["polled", "heard"])
def test_twenty_tasks_at_once_are_each_processed_once(faulty, poller, activity: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        arns = list(pool.map(lambda n: faulty.start({"return": n}, activity), range(20)))
    ended = [faulty.wait(arn) for arn in arns]
    assert [(one.status, one.output) for one in ended] == [("SUCCEEDED", str(n)) for n in range(20)]
    kinds = Counter(event["type"] for one in ended for event in one.events)
    assert kinds["ActivityStarted"] == 20


def test_a_freed_slot_is_used_by_the_poller_within_two_seconds(faulty, poller) -> None:
    arns = [faulty.start({"sleep": 1.5}, "polled") for _ in range(6)]
    spans = sorted(span(faulty.wait(arn), "ActivityStarted", "ActivitySucceeded") for arn in arns)
    ends = sorted(end for _, end in spans)
    # The third task waits for the first end, the fourth for the second, and so on.
    waits = [begin - end for (begin, _), end in zip(spans[2:], ends, strict=False)]
    print(f"a freed slot is used after {max(waits):.2f} s at most")
    assert min(waits) > 0, "more jobs than slots"
    assert max(waits) < 2


def test_a_poller_that_dies_is_replaced_by_the_next(faulty, poller, client, running_cloud) -> None:
    what = {"what": "functions", "function": "faulty-poller", "count": 5, "seed": 1}
    assert ask_cloud(running_cloud, "kill", "POST", what)
    began = time.monotonic()
    client("lambda").invoke(FunctionName=poller, InvocationType="Event")
    assert faulty.run({"return": 1}, "polled").output == "1"
    print(f"another poller polls {time.monotonic() - began:.1f} s after it was invoked")


def _is_past(moment: float) -> bool:
    return time.monotonic() > moment


class Worker:
    """A classic worker: it polls the activity and answers, until it has had this many tasks."""

    def __init__(self, stepfunctions: Any, activity_arn: str, tasks: int) -> None:
        self.stepfunctions, self.arn, self.tasks = stepfunctions, activity_arn, tasks
        self.thread = threading.Thread(target=self.run)

    def run(self) -> None:
        for _ in range(self.tasks):
            while not (task := self.stepfunctions.get_activity_task(activityArn=self.arn)).get("taskToken"):
                pass
            self.stepfunctions.send_task_success(taskToken=task["taskToken"], output='"worker"')


@pytest.fixture
def worker(client, faulty, request) -> Iterator[Worker]:
    name, tasks = request.param
    polling = Worker(client("stepfunctions"), faulty.activities[name], tasks)
    polling.thread.start()
    yield polling
    polling.thread.join(timeout=60)
    assert not polling.thread.is_alive()


@pytest.mark.parametrize("worker", [("shared", 20), ("shared-heard", 20)], indirect=True)
def test_no_job_is_started_while_a_worker_takes_every_task(faulty, worker: Worker) -> None:
    """One task after the other, for longer than each is left to workers: no poll waits for the next one."""
    name, began = worker.arn.rpartition("faulty-")[2], time.monotonic()
    outputs = []
    for number in range(worker.tasks):
        wait_until(partial(_is_past, began + number / 2))
        outputs.append(faulty.run({"return": "job"}, name).output)
    assert Counter(outputs) == {'"worker"': worker.tasks}
    assert time.monotonic() - began > 2 * 4


@pytest.mark.parametrize("worker", [("shared", 3), ("shared-heard", 3)], indirect=True)
def test_a_job_is_started_only_for_tasks_that_workers_leave(faulty, client, worker: Worker) -> None:
    name = worker.arn.rpartition("faulty-")[2]
    arns = [faulty.start({"return": "job"}, name) for _ in range(6)]
    ended = [faulty.wait(arn) for arn in arns]
    assert Counter(one.output for one in ended) == {'"worker"': 3, '"job"': 3}
    left = [span(one, "ActivityScheduled", "ActivityStarted") for one in ended if one.output == '"job"']
    waits = [started - scheduled for scheduled, started in left]
    print(f"{name}: started {min(waits):.1f} to {max(waits):.1f} s after ActivityScheduled; asked for: 4")
    assert min(waits) > 3.5
    assert max(waits) < 10
    letters = client("sqs").get_queue_attributes(
        QueueUrl=faulty.dead_letter_queue_url, AttributeNames=["ApproximateNumberOfMessages"]
    )
    assert letters["Attributes"]["ApproximateNumberOfMessages"] == "0"
    wait_until(lambda: faulty.open_items() == [])
