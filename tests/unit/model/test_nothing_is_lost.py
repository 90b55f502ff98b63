"""Random interleavings of all processes, with crashes and faults at any AWS call, and what must hold."""

import logging
from collections import Counter
from typing import Any

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.unit.hypothesis_profiles import examples
from tests.unit.model.compute import Kind, ModelJob
from tests.unit.model.world import Beats, World

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.testing import AFTER, BEFORE, Fault
from activity_dispatch.worker import lambda_function as processing

LOST = ReadTimeoutError(endpoint_url="https://aws.invalid")
FAULTS = st.sampled_from(
    [
        None,
        None,
        None,
        None,
        None,
        Fault(fail="InternalServerError"),
        Fault(fail="ThrottlingException"),
        Fault(fail=LOST),
        Fault(fail=LOST, when=AFTER),
        Fault(duplicate=True),
        Fault(crash=BEFORE),
        Fault(crash=AFTER),
    ]
)
# The last passes may have to wait for what is lost: a function's longest run, and a poll for missed tasks.
MAX_PASSES = 60
# `make deep-test` makes at least 10,000 steps; with few examples both numbers are a tenth.
EXAMPLES = examples(500)
MIN_STEPS = examples(10_000)
numbers = st.integers(0, 7)
counted: Counter[str] = Counter()


def one[T](things: list[T], number: int) -> T:
    """Return one of them."""
    return things[number % len(things)]


class Stack(RuleBasedStateMachine):
    """What can happen, in any order."""

    world: World
    is_broken = False

    @initialize(
        kind=st.sampled_from(Kind),
        limit=st.sampled_from([None, 1, 2]),
        max_queue_seconds=st.sampled_from([None, 120]),
    )
    def begin(self, kind: Kind, limit: int | None, max_queue_seconds: int | None) -> None:
        self.world = World(kind, limit, max_queue_seconds)

    @rule(is_plain=st.booleans(), is_requested=st.sampled_from([True, True, True, False]))
    def schedule(self, is_plain: bool, is_requested: bool) -> None:
        if len(self.world.stepfunctions.tasks) < 6:
            self.world.schedule(is_plain=is_plain, is_requested=is_requested)

    @rule(is_plain=st.booleans(), is_sent_twice=st.booleans())
    def hand_over(self, is_plain: bool, is_sent_twice: bool) -> None:
        if len(self.world.stepfunctions.tasks) < 6:
            self.world.hand_over(is_plain=is_plain, is_sent_twice=is_sent_twice)

    @precondition(lambda self: self.world.messages)
    @rule(number=numbers)
    def dispatch(self, number: int) -> None:
        self.world.dispatch(one(self.world.messages, number))

    @rule()
    def poll(self) -> None:
        if [process.name for process in self.world.processes].count("poller") < 2:
            self.world.poll()

    @precondition(lambda self: self.world.events)
    @rule(number=numbers, fate=st.sampled_from(["once", "once", "once", "twice", "never"]))
    def report(self, number: int, fate: str) -> None:
        event = one(self.world.events, number)
        if fate == "never":
            self.world.events.remove(event)
        else:
            self.world.report(event, is_kept=fate == "twice")

    @rule()
    def reconcile(self) -> None:
        # A pass may take longer than a minute: then there are two.
        if [process.name for process in self.world.processes].count("reconciler") < 2:
            self.world.reconcile()

    @precondition(lambda self: self.world.processes)
    @rule(number=numbers, faults=st.lists(FAULTS, min_size=1, max_size=4))
    def step(self, number: int, faults: list[Fault | None]) -> None:
        process = one(self.world.processes, number)
        for fault in faults:
            if not process.is_done:
                twice = fault is not None and fault.duplicate
                process.step(None if twice and self.world.is_made_once(process.pending) else fault)
        self.world.settle()

    @precondition(lambda self: self.world.processes)
    @rule(number=numbers, calls=st.integers(0, 10), fault=FAULTS)
    def finish_with_fault(self, number: int, calls: int, fault: Fault | None) -> None:
        process = one(self.world.processes, number)
        for _ in range(calls):
            if not process.is_done:
                process.step()
        self.step(number=number, faults=[fault])
        if not process.is_done:
            process.finish()
        self.world.settle()

    @precondition(lambda self: self.world.processes)
    @rule(number=numbers)
    def finish(self, number: int) -> None:
        one(self.world.processes, number).finish()
        self.world.settle()

    @precondition(lambda self: self.queued())
    @rule(number=numbers)
    def run_job(self, number: int) -> None:
        self.world.run_job(one(self.queued(), number))

    @precondition(lambda self: self.plain())
    @rule(number=numbers, exit_code=st.sampled_from([0, 3, 143]))
    def end_job(self, number: int, exit_code: int) -> None:
        self.world.end_job(one(self.plain(), number), exit_code)

    @precondition(lambda self: self.world.stepfunctions.tasks)
    @rule(number=numbers)
    def abort(self, number: int) -> None:
        self.world.stepfunctions.abort(one(list(self.world.stepfunctions.tasks.values()), number))
        self.world.settle()

    @rule(seconds=st.sampled_from([1.0, 20.0, 61.0, 100.0, 200.0, 700.0]))
    def advance(self, seconds: float) -> None:
        self.world.advance(seconds)

    @invariant()
    def nothing_is_wrong(self) -> None:
        counted["steps"] += 1
        self.is_broken = True
        if hasattr(self, "world"):
            self.world.check()
        self.is_broken = False

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        try:
            if not self.is_broken:
                self.come_to_rest()
        finally:
            self.world.stop_processes()

    def come_to_rest(self) -> None:
        """Without faults all comes to an end within a few passes."""
        for passes in range(MAX_PASSES):
            self.catch_up()
            if not self.world.open_things():
                counted["passes"] = max(counted["passes"], passes)
                return
            self.world.reconcile().finish()
            self.world.settle()
            self.world.check()
            self.world.advance(60.0)
        raise AssertionError(f"after {MAX_PASSES} passes: {self.world.open_things()}")

    def catch_up(self) -> None:
        """Let everybody do what is to do now."""
        world = self.world
        for _ in range(1_000):
            if world.processes:
                world.processes[0].finish()
                world.settle()
            elif world.events:
                world.report(world.events[0], is_kept=False)
            elif world.messages:
                world.dispatch(world.messages[0])
            elif self.queued():
                world.run_job(self.queued()[0])
            elif wanted := [job for job in self.plain() if self.is_waited_for(job)]:
                world.end_job(wanted[0], 0)
            else:
                return
            world.check()
        raise AssertionError("it goes round in circles")

    def queued(self) -> list[ModelJob]:
        return [job for job in self.world.compute.jobs.values() if job.state is JobState.QUEUED]

    def plain(self) -> list[ModelJob]:
        if self.world.kind is Kind.FUNCTION:
            return []
        jobs = self.world.compute.jobs.values()
        return [job for job in jobs if job.is_plain and job.state is JobState.RUNNING]

    def is_waited_for(self, job: ModelJob) -> bool:
        """A job whose execution has ended must be stopped by the stack."""
        tasks = self.world.stepfunctions.tasks.values()
        return any(task.status == "RUNNING" and task_id_of(task.token) == job.task_id for task in tasks)


class Surprises(logging.Handler):
    """Keeps what the code has not expected: it logs that with a traceback, and goes on.

    What a user's function raises is logged so too.
    """

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.name != "activity_dispatch.worker.lambda_function":
            self.seen.append(logging.Formatter().format(record))


@pytest.mark.hypothesis
def test_random_interleavings_with_faults(monkeypatch: Any) -> None:
    monkeypatch.setattr(processing, "Heartbeats", Beats)
    surprises, log = Surprises(), logging.getLogger("activity_dispatch")
    log.addHandler(surprises)
    log.propagate = False
    counted.clear()
    try:
        run_state_machine_as_test(Stack, settings=settings(max_examples=EXAMPLES, stateful_step_count=50))
    finally:
        log.removeHandler(surprises)
        log.propagate = True
    print(dict(counted))
    assert surprises.seen == []
    assert counted["steps"] >= MIN_STEPS
