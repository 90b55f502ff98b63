"""Heartbeats while a job runs."""

import threading

import pytest

from activity_dispatch.stepfunctions.answers import TaskGone
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.heartbeats import Heartbeats
from activity_dispatch.worker.stop_reason import StopReason


class Answers:
    """Gives these answers to the first heartbeats, then success."""

    def __init__(self, *answers: Exception | None) -> None:
        self.answers = list(answers)
        self.beats = 0
        self.enough = threading.Event()

    def heartbeat(self, token: str) -> None:
        assert token == "token"
        self.beats += 1
        answer = self.answers.pop(0) if self.answers else None
        if not self.answers:
            self.enough.set()
        if answer is not None:
            raise answer


def beats(answers, end, *, heartbeat_seconds: int = 1, **options) -> Heartbeats:
    return Heartbeats(
        answers=answers, token="token", heartbeat_seconds=heartbeat_seconds, stop=end, **options
    )


def never(reason: StopReason) -> None:
    raise AssertionError(reason)


def test_heartbeats_continue_after_an_error() -> None:
    answers = Answers(client_error("ThrottlingException", "SendTaskHeartbeat"), None, None)
    with beats(answers, never):
        assert answers.enough.wait(10)
    assert answers.beats >= 3


def test_heartbeats_end_with_the_block() -> None:
    answers = Answers(None)
    with beats(answers, never):
        assert answers.enough.wait(10)
    count = answers.beats
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeats"]
    assert answers.beats == count


@pytest.mark.parametrize(
    ("answers", "deadline", "reason"),
    [((TaskGone("TaskTimedOut"),), None, StopReason.TASK_GONE), ((), 0.0, StopReason.TIMED_OUT)],
)
def test_a_refused_heartbeat_or_the_deadline_stops_the_job_once(answers, deadline, reason) -> None:
    ended, reasons = threading.Event(), []

    def end(why: StopReason) -> None:
        reasons.append(why)
        ended.set()

    with beats(Answers(*answers), end, deadline=deadline):
        assert ended.wait(10)
    assert reasons == [reason]


def test_a_cancellation_is_noticed_between_heartbeats() -> None:
    ended, reasons, service = threading.Event(), [], Answers()
    problem = client_error("ThrottlingException", "GetItem")
    checks: list[Exception | bool] = [problem, False, True]

    def is_cancelled() -> bool:
        answer = checks.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def end(why: StopReason) -> None:
        reasons.append(why)
        ended.set()

    with beats(service, end, heartbeat_seconds=180, is_cancelled=is_cancelled, check_seconds=0.01):
        assert ended.wait(10)
    assert (reasons, service.beats, checks) == ([StopReason.TASK_GONE], 0, [])
