"""Real programs that are stopped."""

import signal

import pytest

from activity_dispatch.domain.tasks import OutcomeName, TaskState
from activity_dispatch.worker.stop_reason import StopReason


def test_a_program_is_ended_at_its_time_limit(bench) -> None:
    bench.configure(timeout_seconds=0.05)
    assert bench.run("sleep", "60") == 124
    assert bench.error == "Job.TimedOut"
    assert "SIGTERM" in bench.cause["message"]


@pytest.mark.parametrize("on_term", ["", "trap 'exit 0' TERM", "trap 'exit 5' TERM"])
def test_a_stopped_container_interrupts_its_program(bench, wait_until, on_term) -> None:
    running = bench.in_background(
        lambda: bench.sh(f"{on_term}\ntouch $TMP_OF_TEST/up; while :; do sleep 0.01; done")
    )
    wait_until(lambda: bench.marks())
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert running.exit_code() == 143
    assert bench.error == "Job.Interrupted"
    assert bench.scheduled.heartbeats > 0


def test_an_interruption_is_left_to_the_next_attempt_where_there_is_one(bench, wait_until) -> None:
    bench.configure(leaves_interruption=True)
    running = bench.in_background(lambda: bench.sh("touch $TMP_OF_TEST/up; while :; do sleep 0.01; done"))
    wait_until(lambda: bench.marks())
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert running.exit_code() == 143
    assert bench.scheduled.answer is None
    assert bench.record.state is TaskState.STARTED


def test_a_time_limit_is_reported_although_another_attempt_would_follow_an_interruption(bench) -> None:
    bench.configure(leaves_interruption=True, timeout_seconds=0.05)
    assert bench.run("sleep", "60") == 124
    assert bench.error == "Job.TimedOut"


def test_a_program_that_ignores_sigterm_is_killed_after_its_grace_period(bench, wait_until) -> None:
    bench.configure(grace_seconds=0.05)
    running = bench.in_background(
        lambda: bench.sh("trap '' TERM; touch $TMP_OF_TEST/up; while :; do :; done")
    )
    wait_until(lambda: bench.marks())
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert running.exit_code() == 143
    assert bench.error == "Job.Interrupted"
    assert "SIGKILL" in bench.cause["message"]


def test_a_container_stopped_before_its_program_begins_runs_nothing(bench) -> None:
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert bench.sh("touch $TMP_OF_TEST/up") == 143
    assert bench.error == "Job.Interrupted"
    assert "not started" in bench.cause["message"]
    assert not bench.marks()


def test_a_program_is_ended_when_its_task_is_gone(bench) -> None:
    bench.scheduled.timed_out = True
    assert bench.run("sleep", "60") == 143
    assert bench.scheduled.answer is None
    assert bench.record.outcome is OutcomeName.CANCELLED


def test_other_signals_are_forwarded_to_the_whole_group(bench, wait_until) -> None:
    child = "trap 'exit 9' USR1; touch $TMP_OF_TEST/up; while :; do sleep 0.01; done"
    running = bench.in_background(lambda: bench.sh(f'trap : USR1; sh -c "{child}" & wait $!; wait $!'))
    # The program may begin before the worker knows of it.
    wait_until(lambda: bench.marks() and vars(bench.stopper)["_send"])
    bench.stopper.forward(signal.SIGUSR1)
    assert running.exit_code() == 9
    assert bench.error == "Job.Failed"
