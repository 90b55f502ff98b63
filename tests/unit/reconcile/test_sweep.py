"""A pass with several threads: what takes long delays no heartbeat, and what is not reached is counted."""

import threading
from collections.abc import Callable

import pytest

from activity_dispatch.aws.pacing import RateLimit
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.reconcile.assembly import make_reconciler
from activity_dispatch.reconcile.describing import Describer
from activity_dispatch.reconcile.reconciler import CHECK_SECONDS, Reconciler
from activity_dispatch.reconcile.sweep import CHUNK_SECONDS
from activity_dispatch.testing.stepfunctions import client_error

ENDED = Failed(error=ErrorName.JOB_FAILED, cause=Cause(message="exit code 3"))


@pytest.fixture
def reconciler(stack, now) -> Reconciler:
    return make_reconciler(stack.runtime, threads=4, heartbeats=RateLimit(per_second=1_000_000))


@pytest.fixture
def tasks(stack, now):
    """Return 300 tasks; the jobs of the first 30 have ended."""
    tasks = [stack.stepfunctions.schedule(stack.arn) for _ in range(300)]
    for _ in tasks:
        stack.dispatch()
    for task in tasks[:30]:
        stack.backend.ends[stack.record_of(task).job_id] = ENDED
    return tasks


@pytest.fixture
def slow(stack, monkeypatch) -> Callable[[Callable[[], object]], None]:
    """Let something happen whenever an outcome is sent."""

    def let(happen: Callable[[], object]) -> None:
        send = stack.stepfunctions.send_task_failure

        def wait_and_send(**parameters: str) -> object:
            happen()
            return send(**parameters)

        monkeypatch.setattr(stack.stepfunctions, "send_task_failure", wait_and_send)

    return let


def test_several_threads_check_every_task_once(stack, reconciler, tasks) -> None:
    assert reconciler.run() == {"SETTLE": 30, "BEAT": 270}
    assert [task.heartbeats for task in tasks[30:]] == [1] * 270
    assert stack.metrics.of(Metric.TASKS_NOT_REACHED) == [(0, {})]
    assert stack.cursors.stored == {}


def test_no_heartbeat_waits_for_steps_that_take_long(stack, reconciler, tasks, slow) -> None:
    # Each end waits until all heartbeats are sent.
    beaten = threading.Event()
    slow(lambda: beaten.wait(5) or pytest.fail("heartbeats waited"))
    heartbeat, sent = stack.stepfunctions.send_task_heartbeat, list[str]()

    def count(**parameters: str) -> object:
        sent.append(parameters["taskToken"])
        if len(sent) == 270:
            beaten.set()
        return heartbeat(**parameters)

    stack.stepfunctions.send_task_heartbeat = count
    assert reconciler.run() == {"SETTLE": 30, "BEAT": 270}


def test_ends_for_which_no_time_is_left_are_counted_and_left_for_the_next_pass(
    stack, reconciler, tasks, now, slow
) -> None:
    beaten, heartbeat = threading.Event(), stack.stepfunctions.send_task_heartbeat

    def use_up_the_time(**parameters: str) -> object:
        answer = heartbeat(**parameters)
        if sum(task.heartbeats for task in tasks) == 270:
            now[0] += CHECK_SECONDS + CHUNK_SECONDS
            beaten.set()
        return answer

    stack.stepfunctions.send_task_heartbeat = use_up_the_time
    # Long enough for the pass to give up the others meanwhile.
    slow(lambda: beaten.wait(30) and threading.Event().wait(0.1))
    taken = reconciler.run()
    assert (taken["BEAT"], taken["SETTLE"]) == (270, 4)
    assert 0 < taken["NOT_REACHED"] <= 26
    # More if a chunk was cut: the next pass checks it and what follows again.
    assert stack.metrics.of(Metric.TASKS_NOT_REACHED)[0][0] >= 26
    slow(lambda: None)
    for _ in range(10):
        reconciler.run()
    assert all(task.answer is not None for task in tasks[:30])


def test_a_task_that_could_not_be_asked_counts_as_not_reached(stack, reconciler, tasks) -> None:
    def refuse(**_: str) -> object:
        raise client_error("ThrottlingException", "SendTaskHeartbeat")

    stack.stepfunctions.send_task_heartbeat = refuse
    assert reconciler.run() == {"SETTLE": 30, "PROBLEM": 270}
    assert stack.metrics.of(Metric.TASKS_NOT_REACHED) == [(270, {})]


@pytest.mark.parametrize("call", ["read", "write"])
def test_cursors_that_can_not_be_stored_do_not_stop_the_pass(
    stack, reconciler, tasks, now, monkeypatch, call: str
) -> None:
    def refuse(*_: object) -> object:
        raise client_error("ThrottlingException", "UpdateItem")

    monkeypatch.setattr(stack.cursors, call, refuse)
    assert reconciler.run() == {"SETTLE": 30, "BEAT": 270}


def test_a_pass_without_tasks_reads_no_cursors_and_writes_no_metrics_of_tasks(
    stack, reconciler, now, monkeypatch
) -> None:
    monkeypatch.delattr(type(stack.cursors), "read")
    assert reconciler.run() == {}
    assert stack.metrics.of(Metric.SECONDS_BEHIND) == []


def test_a_pass_that_reaches_all_tasks_writes_no_cursors(stack, reconciler, tasks, monkeypatch) -> None:
    monkeypatch.delattr(type(stack.cursors), "write")
    assert reconciler.run() == {"SETTLE": 30, "BEAT": 270}


def test_a_mistake_in_one_chunk_does_not_stop_the_others(stack, reconciler, tasks, monkeypatch) -> None:
    see, calls = Describer.see, list[int]()

    def fail_once(self, source, records):
        calls.append(len(records))
        if len(calls) == 1:
            raise RuntimeError("a mistake")
        return see(self, source, records)

    monkeypatch.setattr(Describer, "see", fail_once)
    assert sum(reconciler.run().values()) == 200
    assert stack.metrics.of(Metric.TASKS_NOT_REACHED)[0][0] >= 100
    # The next pass begins with it.
    assert sum(reconciler.run().values()) >= 270
