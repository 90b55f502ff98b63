"""The poller's threads: each activity has as many polls as it asks for."""

import threading
import time
from collections import deque
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.dispatch.poller_threads import PollingThreads, shares_of
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.testing.stepfunctions import client_error

PATIENCE = 10.0


class LongPolls:
    """Answers a poll when there is a task or when `end` is called."""

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

    def wait_until(self, condition) -> None:
        with self.changed:
            assert self.changed.wait_for(condition, PATIENCE)

    def end(self) -> None:
        with self.changed:
            self.ended = True
            self.changed.notify_all()


@pytest.fixture
def polls(stack) -> LongPolls:
    return LongPolls(stack.stepfunctions)


@pytest.fixture
def threads(stack, polls):
    taker = replace(stack.taker("poller test", waits_for_slot=False), stepfunctions=polls)
    made = PollingThreads(
        taker=taker,
        starter=stack.starter,
        backend_of=lambda _: stack.backend,
        activities=stack.runtime.activities,
        slot_seconds=0.01,
        jitter=lambda low, high: 0.01,
    )
    yield made
    polls.end()
    made.stop()


def wait_for_jobs(stack, count: int) -> None:
    """Wait until this many jobs were started."""
    deadline = time.monotonic() + PATIENCE
    while len(stack.backend.started) < count:
        assert time.monotonic() < deadline, "the jobs were not started"
        time.sleep(0.005)


def test_each_activity_has_as_many_polls_as_it_wants(stack, threads, polls) -> None:
    other = stack.arn + "-other"
    stack.stepfunctions.activities[other] = deque()
    stack.change_activity(wake_up=WakeUp.POLL, pollers=2)
    threads.keep({stack.arn: stack.activity, other: replace(stack.activity, arn=other, pollers=1)})
    polls.wait_until(lambda: polls.waiting == 3)
    threads.keep({stack.arn: stack.activity})
    polls.schedule(other)
    wait_for_jobs(stack, 1)
    polls.wait_until(lambda: polls.waiting == 2)


def test_no_activity_takes_the_polls_of_the_others(stack, threads, polls, caplog) -> None:
    threads.max_polls = 6
    others = {f"{stack.arn}-{number}": replace(stack.activity, pollers=1) for number in range(2)}
    for arn in others:
        stack.stepfunctions.activities[arn] = deque()
    wanted = {arn: replace(activity, arn=arn) for arn, activity in others.items()}
    threads.keep({stack.arn: replace(stack.activity, pollers=10_000_000), **wanted})
    polls.wait_until(lambda: polls.waiting == 6)
    assert len(threads._threads) == 6
    assert f"more than 6 polls are wanted; fewer than wanted for ['{stack.arn}']" in caplog.text


@given(
    wanted=st.dictionaries(st.text(max_size=3), st.integers(-3, 10**9), max_size=8), limit=st.integers(0, 40)
)
def test_polls_are_divided_fairly(wanted: dict[str, int], limit: int) -> None:
    shares = shares_of(wanted, limit)
    assert shares.keys() == wanted.keys()
    assert sum(shares.values()) <= limit
    short = [share for arn, share in shares.items() if share < wanted[arn]]
    if sum(max(0, number) for number in wanted.values()) <= limit:
        assert short == []
    # Who gets less than wanted gets no less than anybody else, but for the rest of a division.
    assert all(share >= max(shares.values()) - 1 for share in short)


def test_a_task_is_recorded_and_its_job_started(stack, threads, polls) -> None:
    threads.keep({stack.arn: stack.activity})
    tasks = [polls.schedule(stack.arn) for _ in range(3)]
    wait_for_jobs(stack, 3)
    polls.end()
    threads.stop()
    assert {stack.record_of(task).job_id for task in tasks} == {
        f"fake-{task_id_of(task.token)}" for task in tasks
    }
    assert threads.counts()["STARTED"] == 3


def test_nothing_is_polled_until_a_slot_is_freed(stack, threads, polls) -> None:
    stack.change_activity(max_concurrent_jobs=1, pollers=2)
    threads.keep({stack.arn: stack.activity})
    first, second = polls.schedule(stack.arn), polls.schedule(stack.arn)
    wait_for_jobs(stack, 1)
    polls.wait_until(lambda: polls.waiting == 0)
    assert second.worker_name is None
    # No request waits: the poller checks for slots itself.
    assert stack.slot_store.waiting.get(stack.arn, 0) == 0
    stack.slots.free(stack.arn, stack.record_of(first).poll_id)
    wait_for_jobs(stack, 2)
    assert str(second.worker_name).endswith("poller test")


@pytest.mark.parametrize(
    "problem",
    [
        client_error("ActivityWorkerLimitExceeded", "GetActivityTask"),
        InvalidBackendConfig("function_arn: None"),
        RuntimeError("a bug"),
    ],
)
def test_a_failed_poll_is_retried(stack, threads, polls, problem: Exception) -> None:
    problems = iter([problem, problem])

    def backend_of(_activity):
        for one in problems:
            raise one
        return stack.backend

    threads.backend_of = backend_of
    threads.keep({stack.arn: stack.activity})
    polls.schedule(stack.arn)
    wait_for_jobs(stack, 1)
    assert threads.counts()["FAILED"] == 2


def test_a_poll_that_would_outlive_its_invocation_is_not_made_and_holds_no_slot(stack, threads) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    threads.seconds_left = lambda: -1.0
    assert threads.poll(stack.activity) == "OUT_OF_TIME"
    assert stack.slot_store.holders[stack.arn] == set()


def test_after_a_throttle_a_thread_waits_for_its_turn_without_a_slot(stack, threads) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    threads.taker.pace.first_seconds = 60.0
    threads.taker.pace.slowest_seconds = 60.0
    threads.taker.pace.slow_down()
    threads.stop()
    assert threads.poll(stack.activity) == "PACED"
    assert not stack.slot_store.holders.get(stack.arn)
