"""The poller's threads: as many polls as each activity wants."""

import threading
from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.dispatch.poller_threads import PollingThreads
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.testing.stepfunctions import client_error

PATIENCE = 10.0


class Polled:
    """Answers polls when there is a task, or when it is told to end."""

    def __init__(self, stepfunctions: Any) -> None:
        self.stepfunctions, self.ended = stepfunctions, False
        self.changed = threading.Condition()
        self.waiting = 0

    def get_activity_task(self, **parameters: Any) -> dict[str, Any]:
        with self.changed:
            self.waiting += 1
            self.changed.notify_all()
            while not (answer := self.stepfunctions.get_activity_task(**parameters)) and not self.ended:
                assert self.changed.wait(PATIENCE)
            self.waiting -= 1
            return dict(answer)

    def schedule(self, arn: str) -> Any:
        with self.changed:
            task = self.stepfunctions.schedule(arn)
            self.changed.notify_all()
            return task

    def until(self, is_so) -> None:
        with self.changed:
            assert self.changed.wait_for(is_so, PATIENCE)

    def end(self) -> None:
        with self.changed:
            self.ended = True
            self.changed.notify_all()


@pytest.fixture
def polled(stack) -> Polled:
    return Polled(stack.stepfunctions)


@pytest.fixture
def threads(stack, polled):
    taker = replace(stack.taker("poller test", waits_for_slot=False), stepfunctions=polled)
    made = PollingThreads(
        taker=taker,
        starter=stack.starter,
        backend_of=lambda _: stack.backend,
        slot_seconds=0.01,
        jitter=lambda low, high: 0.01,
    )
    yield made
    polled.end()
    made.stop()


def started(stack, polled, count: int) -> None:
    """Wait until so many jobs were started."""
    done = threading.Event()
    while len(stack.backend.started) < count:
        assert not done.wait(0.005)


def test_each_activity_has_as_many_polls_as_it_wants(stack, threads, polled) -> None:
    other = stack.arn + "-other"
    stack.stepfunctions.activities[other] = deque()
    stack.change_activity(wake_up=WakeUp.POLL, pollers=2)
    threads.keep({stack.arn: stack.activity, other: replace(stack.activity, arn=other, pollers=1)})
    polled.until(lambda: polled.waiting == 3)
    threads.keep({stack.arn: stack.activity})
    polled.schedule(other)
    started(stack, polled, 1)
    polled.until(lambda: polled.waiting == 2)


def test_a_task_is_recorded_and_its_job_started(stack, threads, polled) -> None:
    threads.keep({stack.arn: stack.activity})
    tasks = [polled.schedule(stack.arn) for _ in range(3)]
    started(stack, polled, 3)
    polled.end()
    threads.stop()
    assert {stack.record_of(task).job_id for task in tasks} == {
        f"fake-{task_id_of(task.token)}" for task in tasks
    }
    assert threads.counts()["STARTED"] == 3


def test_nothing_is_polled_until_a_slot_is_freed(stack, threads, polled) -> None:
    stack.change_activity(max_concurrent_jobs=1, pollers=2)
    threads.keep({stack.arn: stack.activity})
    first, second = polled.schedule(stack.arn), polled.schedule(stack.arn)
    started(stack, polled, 1)
    polled.until(lambda: polled.waiting == 0)
    assert second.worker_name is None
    # Nobody has to be told: the poller looks itself.
    assert stack.slot_store.waiting.get(stack.arn, 0) == 0
    stack.slots.free(stack.arn, stack.record_of(first).poll_id)
    started(stack, polled, 2)
    assert str(second.worker_name).endswith("poller test")


@pytest.mark.parametrize(
    "problem",
    [
        client_error("ActivityWorkerLimitExceeded", "GetActivityTask"),
        InvalidBackendConfig("function_arn: None"),
        RuntimeError("a bug"),
    ],
)
def test_a_failed_poll_is_retried(stack, threads, polled, problem: Exception) -> None:
    problems = iter([problem, problem])

    def backend_of(_activity):
        for one in problems:
            raise one
        return stack.backend

    threads.backend_of = backend_of
    threads.keep({stack.arn: stack.activity})
    polled.schedule(stack.arn)
    started(stack, polled, 1)
    assert threads.counts()["FAILED"] == 2
