"""Polls are paced before a slot is reserved, and none begins that would outlive its invocation."""

import threading
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from tests.unit.composed import Composed

from activity_dispatch.aws.clients import Clients
from activity_dispatch.aws.pacing import Pace
from activity_dispatch.dispatch.dispatcher import Dispatcher
from activity_dispatch.dispatch.results import Result
from activity_dispatch.dispatch.taker import MAX_RESERVING_SECONDS, OutOfTime, Taker
from activity_dispatch.domain.activities import WakeUp
from activity_dispatch.domain.limits import POLL_READ_TIMEOUT_SECONDS
from activity_dispatch.domain.polls import new_poll_id, poll_time
from activity_dispatch.reconcile.next_step import Patience
from activity_dispatch.testing.stepfunctions import client_error


def polling_with(dispatcher: Dispatcher, taker: Taker) -> Dispatcher:
    return replace(dispatcher, source=replace(dispatcher.source, taker=taker))


@dataclass
class World:
    """A clock, and polls that Step Functions throttles while `throttled`."""

    stack: Composed
    now: float = 1_700_000_000.0
    throttled: int = 0
    polls: list[float] = field(default_factory=list)
    held_while_asleep: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.stack.clock = lambda: self.now
        self.pace = Pace(clock=lambda: self.now, sleep=self.sleep, jitter=lambda low, high: high)
        client: Any = self
        taker = replace(self.stack.taker("dispatcher test"), stepfunctions=client, pace=self.pace)
        self.dispatcher = polling_with(self.stack.dispatcher, taker)

    def sleep(self, seconds: float) -> None:
        self.held_while_asleep |= self.stack.slot_store.holders.get(self.stack.arn, set())
        self.now += seconds

    def get_activity_task(self, **parameters: Any) -> dict[str, Any]:
        self.polls.append(self.now)
        if self.throttled:
            self.throttled -= 1
            raise client_error("ThrottlingException", "GetActivityTask")
        return self.stack.stepfunctions.get_activity_task(**parameters)

    def dispatch(self, *, until: float = 1e12) -> Result:
        return self.dispatcher.handle(self.stack.request(), lambda: until - self.now)


@pytest.fixture
def world(stack) -> World:
    stack.change_activity(max_concurrent_jobs=1)
    return World(stack)


def test_after_a_throttle_a_poll_waits_before_its_slot_is_reserved(world) -> None:
    world.throttled = 1
    assert world.dispatch() is Result.RETRY
    world.stack.stepfunctions.schedule(world.stack.arn)
    assert world.dispatch() is Result.STARTED
    assert world.polls[1] > world.polls[0]
    assert world.held_while_asleep == set()
    # The id tells the reconciler how old the slot is.
    (holder,) = world.stack.slot_store.holders[world.stack.arn]
    assert poll_time(holder) == int(world.polls[1])


def test_a_poll_whose_turn_comes_too_late_is_not_made_and_holds_no_slot(world) -> None:
    world.throttled = 1
    world.dispatch()
    assert world.dispatch(until=world.now + 0.05) is Result.RETRY
    assert len(world.polls) == 1
    assert world.stack.slot_store.holders[world.stack.arn] == set()


def test_the_time_left_is_checked_after_the_slot_is_reserved(world, monkeypatch) -> None:
    until, take = world.now + 10, world.stack.slot_store.take

    def slow(*arguments: Any) -> Any:
        world.now += 11
        return take(*arguments)

    monkeypatch.setattr(world.stack.slot_store, "take", slow)
    assert world.dispatch(until=until) is Result.RETRY
    assert world.polls == []
    assert world.stack.slot_store.holders[world.stack.arn] == set()


def test_a_slot_that_took_long_to_reserve_is_given_back(world, monkeypatch) -> None:
    take = world.stack.slot_store.take

    def slow(*arguments: Any) -> Any:
        world.now += MAX_RESERVING_SECONDS + 2
        return take(*arguments)

    monkeypatch.setattr(world.stack.slot_store, "take", slow)
    assert world.dispatch() is Result.RETRY
    assert world.polls == []
    assert world.stack.slot_store.holders[world.stack.arn] == set()


def test_a_callback_task_is_not_taken_too_late_and_keeps_waiting(world, monkeypatch) -> None:
    stack = world.stack
    stack.change_activity(wake_up=WakeUp.CALLBACK)
    fake = stack.stepfunctions.hand_over()
    until, beat = world.now + 10, stack.stepfunctions.send_task_heartbeat

    def slow(**parameters: Any) -> Any:
        world.now += 11
        return beat(**parameters)

    monkeypatch.setattr(stack.stepfunctions, "send_task_heartbeat", slow)
    stack.tasks.park(stack.task(fake.token, "{}"), "fake")
    assert world.dispatch(until=until) is Result.RETRY
    assert stack.slot_store.holders[stack.arn] == set()
    assert stack.record_of(fake).state == "waiting"
    monkeypatch.undo()
    assert world.dispatch() is Result.STARTED


def test_the_worker_limit_of_one_activity_slows_no_other_down(world) -> None:
    def refuse(**_: Any) -> None:
        raise client_error("ActivityWorkerLimitExceeded", "GetActivityTask")

    taker = replace(
        world.dispatcher.source.taker, stepfunctions=type("Limited", (), {"get_activity_task": refuse})
    )
    assert polling_with(world.dispatcher, taker).handle(world.stack.request()) is Result.RETRY
    assert world.pace.wait(0.0)


def test_there_are_never_more_holders_than_slots_when_polls_are_throttled() -> None:
    stack = Composed()
    stack.change_activity(max_concurrent_jobs=12)
    world = World(stack, throttled=20)
    most, lock, get = [0], threading.Lock(), world.get_activity_task

    def poll(**parameters: Any) -> dict[str, Any]:
        with lock:
            most[0] = max(most[0], len(stack.slot_store.holders[stack.arn]))
            return get(**parameters)

    world.get_activity_task = poll  # type: ignore[method-assign]
    for _ in range(30):
        stack.stepfunctions.schedule(stack.arn)
    results = [world.dispatch(until=world.now + 60) for _ in range(60)]
    assert results.count(Result.STARTED) == 12
    assert most[0] <= 12
    assert world.held_while_asleep <= {job.poll_id for job in stack.backend.started.values()}


def test_a_slot_is_recorded_with_its_task_before_the_reconciler_takes_it_for_lost(monkeypatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    clients = Clients(threads=1)
    poll: Any = clients.stepfunctions_poll.meta.config
    table: Any = clients.dynamodb.meta.config
    assert poll.retries == {"mode": "standard", "total_max_attempts": 1}
    assert poll.read_timeout == POLL_READ_TIMEOUT_SECONDS
    attempts = table.retries["total_max_attempts"]
    # Standard mode waits up to 2^n s before attempt n + 1.
    pauses = sum(2**number for number in range(attempts - 1))
    recording = attempts * (table.connect_timeout + table.read_timeout) + pauses
    addresses = 3
    poll_seconds = addresses * poll.connect_timeout + poll.read_timeout
    assert MAX_RESERVING_SECONDS + poll_seconds + recording < Patience().start


def test_a_thread_of_the_poller_begins_no_poll_without_time(stack) -> None:
    stack.change_activity(max_concurrent_jobs=1)
    taker, poll_id = stack.taker("poller test"), new_poll_id(stack.clock())
    assert stack.slot_store.take(stack.arn, poll_id, 1)
    with pytest.raises(OutOfTime):
        taker.poll(stack.activity, poll_id, lambda: -1.0)
    assert stack.slot_store.holders[stack.arn] == set()
