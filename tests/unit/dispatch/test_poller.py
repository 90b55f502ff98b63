"""The poller: one instance polls at any time, and only the activities that ask for it."""

from dataclasses import replace
from typing import Any

import pytest

from activity_dispatch.dispatch.lease import Lease
from activity_dispatch.dispatch.poller import Poller
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.testing import InMemoryLeases
from activity_dispatch.testing.stepfunctions import client_error


class Time:
    """A clock that each sleep advances; it makes the calls in `happens` at their times, in seconds."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.happens: dict[float, Any] = {}

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        end = self.now + seconds
        for at in sorted(at for at in self.happens if at <= end):
            self.now = at
            self.happens.pop(at)()
        self.now = end


class RecordedThreads:
    """Stands in for the threads: records which activities are polled, and until when."""

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
        threads: Any = RecordedThreads(time)
        return Poller(tasks=stack.tasks, lease=lease(holder), threads=threads, clock=time.clock)

    return make


def run(poller: Poller, time: Time, seconds: float = 900.0) -> dict[str, int]:
    end = time.now + seconds
    return dict(poller.run(lambda: end - time.now))


def test_it_polls_until_no_time_is_left_for_a_poll(poller, time) -> None:
    one = poller("a")
    assert run(one, time) == {"STARTED": 1}
    assert 900 - 95 <= one.threads.stopped_at - 1_000 <= 900 - 95 + 5


def test_activities_are_reread_and_only_polled_ones_are_kept(stack, poller, time) -> None:
    other = stack.arn + "-other"
    time.happens[1_100.0] = lambda: stack.tasks.activities.update(
        {other: replace(stack.activity, arn=other), "x": replace(stack.activity, wake_up=WakeUp.LOGS)}
    )
    one = poller("a")
    run(one, time)
    kept = dict(one.threads.kept)
    assert kept[1_000.0] == [stack.arn]
    assert {tuple(names) for at, names in kept.items() if at > 1_135} == {(stack.arn, other)}


def test_a_second_poller_leaves_at_once(poller, lease, time) -> None:
    holder, other = lease("a"), poller("b")
    assert holder.take()
    time.happens[1_004.0] = lambda: holder.take()
    assert run(other, time) == {}
    assert (other.threads.kept, other.threads.stopped_at) == ([], 0.0)
    assert time.now < 1_010


@pytest.mark.parametrize("died", [1_000.0, 1_003.0, 1_019.0])
def test_a_lost_poller_is_replaced_by_the_next_one(poller, lease, time, died: float) -> None:
    assert lease("a").take()
    time.now = died
    one = poller("b")
    assert run(one, time) == {"STARTED": 1}
    assert one.threads.kept[0][0] <= max(1_020.0, died + 6.0)


def test_it_polls_on_until_the_next_one_polls(poller, lease, time, leases) -> None:
    one, following = poller("a"), lease("b")
    taken: list[bool] = []
    # As the schedule would start it: a minute after the lease was given back.
    time.happens[1_000.0 + 900 - 220 + 60] = lambda: taken.append(following.take())
    run(one, time)
    assert taken == [True]
    assert one.threads.stopped_at >= 1_000 + 900 - 220 + 60
    assert one.threads.stopped_at < 1_000 + 900 - 95
    assert leases.read("poller").holder == "b"
    assert leases.read("poller").held_until > 0


def test_it_stops_when_it_loses_its_lease(poller, time, leases) -> None:
    one = poller("a")
    time.happens[1_200.0] = lambda: leases.records.update(
        poller=replace(leases.read("poller"), holder="b", held_until=2_000.0)
    )
    run(one, time)
    assert one.threads.stopped_at <= 1_205.0


def test_it_survives_a_brief_failure_of_the_table(poller, time, leases, stack, monkeypatch) -> None:
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
