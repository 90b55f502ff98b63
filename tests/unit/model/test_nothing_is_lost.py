"""Random interleavings of all processes, with crashes and faults at any AWS call, keep the invariants."""

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
from tests.unit.model.invariants import UnexpectedErrors, check, open_things
from tests.unit.model.model import Model
from tests.unit.model.roles import Beats

from activity_dispatch.domain.jobs import JobState
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.testing import AFTER, BEFORE, Fault
from activity_dispatch.worker import lambda_function

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
# The last passes may have to wait for a function's longest run and for a poll for missed tasks.
MAX_PASSES = 60
# `make deep-test` makes at least 10,000 steps; with few examples both numbers are a tenth.
EXAMPLES = examples(500)
MIN_STEPS = examples(10_000)
numbers = st.integers(0, 7)
counted: Counter[str] = Counter()


def pick[T](things: list[T], number: int) -> T:
    """Return one of them."""
    return things[number % len(things)]


class Stack(RuleBasedStateMachine):
    """What can happen, in any order."""

    model: Model
    is_broken = False

    @initialize(
        kind=st.sampled_from(Kind),
        limit=st.sampled_from([None, 1, 2]),
        max_queue_seconds=st.sampled_from([None, 120]),
    )
    def begin(self, kind: Kind, limit: int | None, max_queue_seconds: int | None) -> None:
        self.model = Model(kind, limit, max_queue_seconds)

    @rule(is_plain=st.booleans(), is_requested=st.sampled_from([True, True, True, False]))
    def schedule(self, is_plain: bool, is_requested: bool) -> None:
        if len(self.model.stepfunctions.tasks) < 6:
            self.model.schedule(is_plain=is_plain, is_requested=is_requested)

    @rule(is_plain=st.booleans(), is_sent_twice=st.booleans())
    def hand_over(self, is_plain: bool, is_sent_twice: bool) -> None:
        if len(self.model.stepfunctions.tasks) < 6:
            self.model.hand_over(is_plain=is_plain, is_sent_twice=is_sent_twice)

    @precondition(lambda self: self.model.messages)
    @rule(number=numbers)
    def dispatch(self, number: int) -> None:
        self.model.dispatch(pick(self.model.messages, number))

    @rule()
    def poll(self) -> None:
        if [process.name for process in self.model.processes].count("poller") < 2:
            self.model.poll()

    @precondition(lambda self: self.model.events)
    @rule(number=numbers, fate=st.sampled_from(["once", "once", "once", "twice", "never"]))
    def report(self, number: int, fate: str) -> None:
        event = pick(self.model.events, number)
        if fate == "never":
            self.model.events.remove(event)
        else:
            self.model.report(event, is_kept=fate == "twice")

    @rule()
    def reconcile(self) -> None:
        # A pass that takes longer than a minute overlaps with the next.
        if [process.name for process in self.model.processes].count("reconciler") < 2:
            self.model.reconcile()

    @precondition(lambda self: self.model.processes)
    @rule(number=numbers, faults=st.lists(FAULTS, min_size=1, max_size=4))
    def step(self, number: int, faults: list[Fault | None]) -> None:
        process = pick(self.model.processes, number)
        for fault in faults:
            if not process.is_done:
                twice = fault is not None and fault.duplicate
                process.step(None if twice and self.model.is_made_once(process.pending) else fault)
        self.model.settle()

    @precondition(lambda self: self.model.processes)
    @rule(number=numbers, calls=st.integers(0, 10), fault=FAULTS)
    def finish_with_fault(self, number: int, calls: int, fault: Fault | None) -> None:
        process = pick(self.model.processes, number)
        for _ in range(calls):
            if not process.is_done:
                process.step()
        self.step(number=number, faults=[fault])
        if not process.is_done:
            process.finish()
        self.model.settle()

    @precondition(lambda self: self.model.processes)
    @rule(number=numbers)
    def finish(self, number: int) -> None:
        pick(self.model.processes, number).finish()
        self.model.settle()

    @precondition(lambda self: self.queued())
    @rule(number=numbers)
    def run_job(self, number: int) -> None:
        self.model.run_job(pick(self.queued(), number))

    @precondition(lambda self: self.plain())
    @rule(number=numbers, exit_code=st.sampled_from([0, 3, 143]))
    def end_job(self, number: int, exit_code: int) -> None:
        self.model.end_job(pick(self.plain(), number), exit_code)

    @precondition(lambda self: self.model.stepfunctions.tasks)
    @rule(number=numbers)
    def abort(self, number: int) -> None:
        self.model.stepfunctions.abort(pick(list(self.model.stepfunctions.tasks.values()), number))
        self.model.settle()

    @rule(seconds=st.sampled_from([1.0, 20.0, 61.0, 100.0, 200.0, 700.0]))
    def advance(self, seconds: float) -> None:
        self.model.advance(seconds)

    @invariant()
    def nothing_is_wrong(self) -> None:
        counted["steps"] += 1
        self.is_broken = True
        if hasattr(self, "model"):
            check(self.model)
        self.is_broken = False

    def teardown(self) -> None:
        if not hasattr(self, "model"):
            return
        try:
            if not self.is_broken:
                self.come_to_rest()
        finally:
            self.model.stop_processes()

    def come_to_rest(self) -> None:
        """Without faults, everything ends within a few passes."""
        for passes in range(MAX_PASSES):
            self.catch_up()
            if not open_things(self.model):
                counted["passes"] = max(counted["passes"], passes)
                return
            self.model.reconcile().finish()
            self.model.settle()
            check(self.model)
            self.model.advance(60.0)
        raise AssertionError(f"after {MAX_PASSES} passes: {open_things(self.model)}")

    def catch_up(self) -> None:
        """Let every process do what can be done now."""
        model = self.model
        for _ in range(1_000):
            if model.processes:
                model.processes[0].finish()
                model.settle()
            elif model.events:
                model.report(model.events[0], is_kept=False)
            elif model.messages:
                model.dispatch(model.messages[0])
            elif self.queued():
                model.run_job(self.queued()[0])
            elif wanted := [job for job in self.plain() if self.is_waited_for(job)]:
                model.end_job(wanted[0], 0)
            else:
                return
            check(model)
        raise AssertionError("the model never comes to rest")

    def queued(self) -> list[ModelJob]:
        return [job for job in self.model.compute.jobs.values() if job.state is JobState.QUEUED]

    def plain(self) -> list[ModelJob]:
        if self.model.kind is Kind.FUNCTION:
            return []
        jobs = self.model.compute.jobs.values()
        return [job for job in jobs if job.is_plain and job.state is JobState.RUNNING]

    def is_waited_for(self, job: ModelJob) -> bool:
        """A job whose execution has ended must be stopped by the stack."""
        tasks = self.model.stepfunctions.tasks.values()
        return any(task.status == "RUNNING" and task_id_of(task.token) == job.task_id for task in tasks)


@pytest.mark.hypothesis
def test_random_interleavings_with_faults(monkeypatch: Any) -> None:
    monkeypatch.setattr(lambda_function, "Heartbeats", Beats)
    unexpected, log = UnexpectedErrors(), logging.getLogger("activity_dispatch")
    log.addHandler(unexpected)
    log.propagate = False
    counted.clear()
    try:
        run_state_machine_as_test(Stack, settings=settings(max_examples=EXAMPLES, stateful_step_count=50))
    finally:
        log.removeHandler(unexpected)
        log.propagate = True
    print(dict(counted))
    assert unexpected.seen == []
    assert counted["steps"] >= MIN_STEPS
