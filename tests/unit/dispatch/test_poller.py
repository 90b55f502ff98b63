"""The poller: somebody polls all the time, and only as much as is wanted."""

import threading
from collections import deque
from dataclasses import replace
from typing import Any

import pytest

from activity_dispatch.backends.base import InvalidBackendConfig
from activity_dispatch.dispatch.lease import Lease
from activity_dispatch.dispatch.poller import Poller
from activity_dispatch.dispatch.poller_threads import PollingThreads
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.testing import InMemoryLeases
from activity_dispatch.testing.stepfunctions import client_error

PATIENCE = 10.0


class Time:
    """A clock that whoever sleeps puts forward; `happens` is called at its times, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.happens: dict[float, Any] = {}

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        until = self.now + seconds
        for at in sorted(at for at in self.happens if at <= until):
            self.now = at
            self.happens.pop(at)()
        self.now = until


class Recorded:
    """In the place of the threads: notes who is to be polled, and until when."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.kept: list[tuple[float, list[str]]] = []
        self.stopped_at = 0.0

    def keep(self, wanted) -> None:
        self.kept.append((self.time.now, sorted(wanted)))

    def stop(self) -> None:
        self.stopped_at = self.time.now

    def counts(self) -> dict[str, int]:
        return {"STARTED": 1}


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def leases() -> InMemoryLeases:
    return InMemoryLeases()


@pytest.fixture
def lease(leases, time):
    def make(holder: str) -> Lease:
        return Lease(store=leases, name="poller", holder=holder, clock=time.clock, sleep=time.sleep)

    return make


@pytest.fixture
def poller(stack, lease, time):
    stack.change_activity(wake_up=WakeUp.POLL)

    def make(holder: str) -> Poller:
        threads: Any = Recorded(time)
        return Poller(tasks=stack.tasks, lease=lease(holder), threads=threads, clock=time.clock)

    return make


def run(poller: Poller, time: Time, seconds: float = 900.0) -> dict[str, int]:
    end = time.now + seconds
    return dict(poller.run(lambda: end - time.now))


def test_it_polls_until_no_time_is_left_for_a_poll(poller, time) -> None:
    one = poller("a")
    assert run(one, time) == {"STARTED": 1}
    assert 900 - 95 <= one.threads.stopped_at - 1_000 <= 900 - 95 + 5


def test_activities_are_read_again_and_only_polled_ones_are_kept(stack, poller, time) -> None:
    other = stack.arn + "-other"
    time.happens[1_100.0] = lambda: stack.tasks.activities.update(
        {other: replace(stack.activity, arn=other), "x": replace(stack.activity, wake_up=WakeUp.LOGS)}
    )
    one = poller("a")
    run(one, time)
    kept = dict(one.threads.kept)
    assert kept[1_000.0] == [stack.arn]
    assert {tuple(names) for at, names in kept.items() if at > 1_135} == {(stack.arn, other)}


def test_while_one_polls_another_leaves_at_once(poller, lease, time) -> None:
    holder, other = lease("a"), poller("b")
    assert holder.take()
    time.happens[1_004.0] = lambda: holder.take()
    assert run(other, time) == {}
    assert (other.threads.kept, other.threads.stopped_at) == ([], 0.0)
    assert time.now < 1_010


@pytest.mark.parametrize("died", [1_000.0, 1_003.0, 1_019.0])
def test_a_lost_poller_is_replaced_by_the_first_that_comes_after(poller, lease, time, died: float) -> None:
    assert lease("a").take()
    time.now = died
    one = poller("b")
    assert run(one, time) == {"STARTED": 1}
    assert one.threads.kept[0][0] <= max(1_020.0, died + 6.0)


def test_it_polls_on_until_the_next_one_polls(poller, lease, time, leases) -> None:
    one, following = poller("a"), lease("b")
    taken: list[bool] = []
    # As the schedule would: a minute after the lease was given back.
    time.happens[1_000.0 + 900 - 220 + 60] = lambda: taken.append(following.take())
    run(one, time)
    assert taken == [True]
    assert one.threads.stopped_at >= 1_000 + 900 - 220 + 60
    assert one.threads.stopped_at < 1_000 + 900 - 95
    assert leases.read("poller").holder == "b"
    assert leases.read("poller").held_until > 0


def test_when_the_lease_was_lost_it_stops(poller, time, leases) -> None:
    one = poller("a")
    time.happens[1_200.0] = lambda: leases.records.update(
        poller=replace(leases.read("poller"), holder="b", held_until=2_000.0)
    )
    run(one, time)
    assert one.threads.stopped_at <= 1_205.0


def test_a_table_that_fails_for_a_moment_ends_nothing(poller, time, leases, stack, monkeypatch) -> None:
    error = client_error("InternalServerError", "UpdateItem", 500)
    failing = range(1_100, 1_110)

    def fails_at_times(call):
        def called(*arguments):
            if time.now in failing:
                raise error
            return call(*arguments)

        return called

    monkeypatch.setattr(leases, "take", fails_at_times(leases.take))
    monkeypatch.setattr(stack.tasks, "served_activities", fails_at_times(stack.tasks.served_activities))
    one = poller("a")
    run(one, time)
    assert one.threads.stopped_at >= 1_000 + 900 - 95


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


def test_what_comes_is_recorded_and_started(stack, threads, polled) -> None:
    threads.keep({stack.arn: stack.activity})
    tasks = [polled.schedule(stack.arn) for _ in range(3)]
    started(stack, polled, 3)
    polled.end()
    threads.stop()
    assert {stack.tasks.get(task_id_of(task.token)).job_id for task in tasks} == {
        f"fake-{task_id_of(task.token)}" for task in tasks
    }
    assert threads.counts()["STARTED"] == 3


def test_without_a_slot_there_is_no_poll_until_one_is_freed(stack, threads, polled) -> None:
    stack.change_activity(max_concurrent_jobs=1, pollers=2)
    threads.keep({stack.arn: stack.activity})
    first, second = polled.schedule(stack.arn), polled.schedule(stack.arn)
    started(stack, polled, 1)
    polled.until(lambda: polled.waiting == 0)
    assert second.worker_name is None
    # Nobody has to be told: the poller looks itself.
    assert stack.slot_store.waiting.get(stack.arn, 0) == 0
    stack.slots.free(stack.arn, stack.tasks.get(task_id_of(first.token)).poll_id)
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
def test_what_fails_is_tried_again(stack, threads, polled, problem: Exception) -> None:
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
