"""A Python function as the job of a task."""

import os
import signal
import threading

import pytest

from activity_dispatch import JobError
from activity_dispatch.domain.tasks import OutcomeName
from activity_dispatch.worker.interruption import Interrupted
from activity_dispatch.worker.stop_reason import StopReason


def forever(*_: object) -> None:
    threading.Event().wait(60)


def test_the_output_is_what_the_function_returns(bench) -> None:
    assert bench.call(lambda job_input: [job_input]) == 0
    assert bench.output == [{"text": "a"}]


@pytest.mark.parametrize(
    ("error", "name", "message"),
    [
        (ZeroDivisionError("by 0"), "Job.Failed", "ZeroDivisionError: by 0"),
        (JobError("Orders.Unknown", "no order 7"), "Orders.Unknown", "JobError: no order 7"),
        (SystemExit(3), "Job.Failed", "SystemExit: 3"),
    ],
)
def test_an_exception_of_the_function_fails_the_task(bench, error, name, message) -> None:
    def handle(_: object) -> None:
        print("a line")
        raise error

    assert bench.call(handle) == 1
    assert bench.error == name
    assert bench.cause["message"] == message
    assert bench.cause["log_tail"][0] == "a line"
    assert (bench.cause["backend"], bench.cause["job_id"]) == ("ecs", "job-1")


def test_a_result_that_is_not_json_fails_the_task(bench) -> None:
    assert bench.call(lambda _: {1, 2}) == 1
    assert bench.error == "Job.InvalidOutput"


def test_a_large_output_goes_to_s3(bench) -> None:
    assert bench.call(lambda _: "x" * 300_000) == 0
    assert bench.output["output_s3_uri"] in bench.s3.objects


def test_a_function_is_ended_at_its_time_limit(bench) -> None:
    bench.configure(timeout_seconds=0.05)
    assert bench.call(forever) == 124
    assert bench.error == "Job.TimedOut"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_interrupts_the_function_which_can_clean_up(bench, number) -> None:
    cleaned = []

    def handle(_: object) -> None:
        try:
            os.kill(os.getpid(), number)
            forever()
        finally:
            cleaned.append(True)

    before = signal.getsignal(number)
    assert bench.call(handle) == 143
    assert bench.error == "Job.Interrupted"
    assert cleaned == [True]
    assert signal.getsignal(number) is before


def test_an_interruption_is_left_to_the_next_attempt_where_there_is_one(bench) -> None:
    def handle(_: object) -> None:
        bench.stopper.stop(StopReason.INTERRUPTED)
        forever()

    bench.configure(leaves_interruption=True)
    assert bench.call(handle) == 143
    assert bench.scheduled.answer is None


def test_a_function_that_returns_after_an_interruption_is_still_interrupted(bench) -> None:
    def handle(_: object) -> int:
        try:
            bench.stopper.stop(StopReason.INTERRUPTED)
            forever()
        except Interrupted:
            return 1
        return 2

    assert bench.call(handle) == 143
    assert bench.error == "Job.Interrupted"


def test_a_function_that_does_not_end_is_reported_and_abandoned(bench) -> None:
    bench.configure(grace_seconds=0.05)
    left = threading.Event()
    codes = []

    def give_up(code: int) -> None:
        codes.append(code)
        left.set()

    def handle(_: object) -> None:
        try:
            bench.stopper.stop(StopReason.INTERRUPTED)
            forever()
        except Interrupted:
            left.wait(20)

    bench.call(handle, give_up=give_up)
    assert codes == [143]
    assert bench.error == "Job.Interrupted"


def test_a_function_is_ended_when_its_task_is_gone(bench) -> None:
    bench.scheduled.timed_out = True
    assert bench.call(forever) == 143
    assert bench.record.outcome is OutcomeName.CANCELLED


def test_a_function_is_not_called_after_a_stop(bench) -> None:
    called = []
    bench.stopper.stop(StopReason.INTERRUPTED)
    assert bench.call(lambda _: called.append(True)) == 143
    assert called == []


def test_a_task_of_another_job_is_left_alone(bench) -> None:
    bench.tasks.claim(bench.settings.task_id, "another")
    assert bench.call(lambda _: 1) == 75
    assert bench.scheduled.answer is None
