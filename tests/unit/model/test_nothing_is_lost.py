"""Random interleavings of all processes, with crashes and faults at any AWS call, keep the invariants."""

import logging
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    invariant,
    precondition,
    run_state_machine_as_test,
)
from tests.unit.hypothesis_profiles import PROFILE, examples
from tests.unit.model.applies import apply, is_served, share
from tests.unit.model.chained import Chained
from tests.unit.model.compute import ANOTHERS, SERVICES, Kind
from tests.unit.model.counts import count_errors, counted, happening, never
from tests.unit.model.drawn import FAULTS, INPUTS, MAX_TASKS, SHARE_KEYS, SHARES, numbers, pick
from tests.unit.model.invariants import UnexpectedErrors, check
from tests.unit.model.model import Model
from tests.unit.model.roles import Beats
from tests.unit.model.time_passes import Fate, come_to_rest, let_minutes_pass, plain, queued
from tests.unit.model.warm import Warm

from activity_dispatch.reconcile import ring
from activity_dispatch.testing import Fault
from activity_dispatch.worker import lambda_function
from activity_dispatch.worker.delivery import Delivery

# `make deep-test` makes at least 50,000 steps; with few examples both numbers are a tenth.
EXAMPLES = examples(2_000)
MIN_STEPS = examples(50_000)


class Stack(Warm, Chained):
    """What can happen, in any order."""

    is_broken = False

    @initialize(
        kind=st.sampled_from(Kind),
        second_kind=st.sampled_from(Kind),
        limit=st.sampled_from([None, 1, 2]),
        max_queue_seconds=st.sampled_from([None, 120]),
        heartbeat_seconds=st.sampled_from([360, 360, 43_200]),
        chain=st.sampled_from([None, False, True]),
        lingers=st.booleans(),
        envelope=st.booleans(),
        pool=st.sampled_from([None, 2, 3]),
        rate=st.sampled_from([None, None, 0.1]),
        share_key=SHARE_KEYS,
        inputs=st.lists(INPUTS, max_size=2),
    )
    def begin(
        self,
        kind: Kind,
        limit: int | None,
        inputs: list[Mapping[str, bool]],
        **fields: Any,
    ) -> None:
        self.model = Model(kind, limit, **fields)
        for task in inputs:
            self.start(task=task, is_callback=False, is_run=True)

    @happening(task=INPUTS, is_requested=st.sampled_from([True, True, True, False]))
    def schedule(self, task: Mapping[str, bool], is_requested: bool) -> None:
        if len(self.model.executions.tasks) < MAX_TASKS:
            self.model.executions.schedule(is_requested=is_requested, **task)

    @happening(inputs=st.lists(INPUTS, min_size=2, max_size=3))
    def schedule_parallel(self, inputs: list[Mapping[str, bool]]) -> None:
        if len(self.model.executions.tasks) + len(inputs) <= MAX_TASKS:
            self.model.executions.schedule_parallel(inputs)

    @happening(task=INPUTS, shared=SHARES, is_sent_twice=st.booleans())
    def hand_over(self, task: Mapping[str, bool], shared: Mapping[str, int], is_sent_twice: bool) -> None:
        if len(self.model.executions.tasks) < MAX_TASKS:
            self.model.executions.hand_over(is_sent_twice=is_sent_twice, **task, **shared)

    @happening(shared=st.lists(SHARES, min_size=2, max_size=MAX_TASKS))
    def hand_over_many(self, shared: list[Mapping[str, int]]) -> None:
        for each in shared[len(self.model.executions.tasks) :]:
            self.model.executions.hand_over(is_sent_twice=False, **each)

    @precondition(lambda self: self.model.executions.redrivable())
    @happening(number=numbers)
    def redrive(self, number: int) -> None:
        if len(self.model.executions.tasks) < MAX_TASKS:
            self.model.executions.redrive(pick(self.model.executions.redrivable(), number))

    @precondition(lambda self: self.model.executions.tasks)
    @happening(number=numbers)
    def forge(self, number: int) -> None:
        self.model.executions.announce(pick(self.model.executions.tasks, number), "ABORTED")

    @precondition(lambda self: not self.model.executions.is_forged)
    @happening()
    def hand_over_anothers_token(self) -> None:
        self.model.executions.hand_over_anothers()

    @precondition(lambda self: self.model.messages)
    @happening(number=numbers)
    def dispatch(self, number: int) -> None:
        self.model.dispatch(pick(self.model.messages, number))

    @happening()
    def poll(self) -> None:
        if is_served(self.model) and [process.name for process in self.model.processes].count("poller") < 2:
            self.model.poll()

    @precondition(lambda self: self.model.events)
    @happening(number=numbers, fate=st.sampled_from(["once", "once", "once", "twice", "never"]))
    def report(self, number: int, fate: str) -> None:
        event = pick(self.model.events, number)
        if fate == "never":
            self.model.events.remove(event)
        else:
            self.model.report(event, is_kept=fate == "twice")

    @happening()
    def reconcile(self) -> None:
        # A pass that takes longer than a minute overlaps with the next.
        if [process.name for process in self.model.processes].count("reconciler") < 2:
            self.model.reconcile()

    @precondition(lambda self: self.model.processes)
    @happening(number=numbers, faults=st.lists(FAULTS, min_size=1, max_size=4))
    def step(self, number: int, faults: list[Fault | None]) -> None:
        process = pick(self.model.processes, number)
        for fault in faults:
            if not process.is_done:
                twice = fault is not None and fault.duplicate
                process.step(None if twice and self.model.compute.is_made_once(process.pending) else fault)
        self.model.settle()

    @precondition(lambda self: self.model.processes)
    @happening(number=numbers, calls=st.integers(0, 10), fault=FAULTS)
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
    @happening(number=numbers)
    def finish(self, number: int) -> None:
        pick(self.model.processes, number).finish()
        self.model.settle()

    @precondition(lambda self: bool(queued(self.model)))
    @happening(number=numbers)
    def run_job(self, number: int) -> None:
        self.model.run_job(pick(queued(self.model), number))

    @precondition(lambda self: bool(plain(self.model)))
    @happening(number=numbers, exit_code=st.sampled_from([0, 3, 143]))
    def end_job(self, number: int, exit_code: int) -> None:
        self.model.end_job(pick(plain(self.model), number), exit_code)

    @precondition(lambda self: self.running(Kind.FUNCTION))
    @happening(number=numbers)
    def deliver_again(self, number: int) -> None:
        self.model.deliver(pick(self.running(Kind.FUNCTION), number))

    @precondition(lambda self: self.running(Kind.LIST))
    @happening(number=numbers)
    def requeue(self, number: int) -> None:
        self.model.requeue(pick(self.running(Kind.LIST), number))

    @precondition(lambda self: self.model.executions.tasks)
    @happening(number=numbers, is_told=st.booleans())
    def abort(self, number: int, is_told: bool) -> None:
        task = pick(self.model.executions.tasks, number)
        if is_told:
            self.model.executions.stop(task)
        elif task.status == "RUNNING":
            self.model.executions.forget(task)
        self.model.settle()

    @happening(service=st.sampled_from([*SERVICES, ANOTHERS, None]))
    def apply(self, service: str | None) -> None:
        apply(self.model, service)

    @happening(share_key=SHARE_KEYS)
    def share(self, share_key: str | None) -> None:
        share(self.model, share_key)

    @happening(seconds=st.sampled_from([1.0, 20.0, 61.0, 100.0, 200.0, 700.0]))
    def advance(self, seconds: float) -> None:
        self.model.advance(seconds)

    @happening(fates=st.lists(st.sampled_from(Fate), min_size=1, max_size=10))
    def let_minutes_pass(self, fates: list[Fate]) -> None:
        let_minutes_pass(self.model, fates)

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
                counted["passes"] = max(counted["passes"], come_to_rest(self.model))
                count_errors(self.model.executions)
        finally:
            self.model.stop_processes()


@pytest.mark.hypothesis
def test_random_interleavings_with_faults(monkeypatch: Any) -> None:
    monkeypatch.setattr(lambda_function, "Heartbeats", Beats)
    monkeypatch.setattr(lambda_function, "Delivery", partial(Delivery, sleep=lambda _: None))
    # So that a slow pass stops between a few tasks, as others do between many.
    monkeypatch.setattr(ring, "CHUNK", 1)
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
    rules = [name for name in dir(Stack) if hasattr(getattr(Stack, name), "hypothesis_stateful_rule")]
    assert PROFILE in ("few", "some") or never(rules) == []
