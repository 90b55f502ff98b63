"""A plain function as a processing Lambda: deliveries, heartbeats and interruptions."""

import json
import threading
import time

import pytest
from tests.unit.worker.scheduled import Scheduled

from activity_dispatch.domain.tasks import OutcomeName
from activity_dispatch.runtime.settings import InvalidSettings
from activity_dispatch.testing import FakeLambdaContext
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.handler import processing_handler
from activity_dispatch.worker.interruption import Interrupted


def test_heartbeats_are_sent_before_and_while_the_function_runs(stack) -> None:
    scheduled = Scheduled(stack, heartbeat_seconds=1)

    def until_third_beat(_value):
        deadline = time.monotonic() + 10
        while scheduled.fake.heartbeats < 3 and time.monotonic() < deadline:
            threading.Event().wait(0.01)
        return scheduled.fake.heartbeats

    scheduled.run(until_third_beat)
    assert json.loads(scheduled.fake.answer["output"]) >= 3


def test_a_task_that_nobody_waits_for_is_not_processed(scheduled) -> None:
    scheduled.fake.timed_out = True
    scheduled.run(lambda _: pytest.fail("the function ran"))
    assert scheduled.stack.tasks.get(scheduled.task_id).outcome is OutcomeName.CANCELLED


def test_an_invocation_delivered_twice_processes_the_task_once(scheduled) -> None:
    runs = []

    def again(value):
        runs.append(value)
        scheduled.run(runs.append)
        return "once"

    scheduled.run(again)
    assert len(runs) == 1
    assert scheduled.fake.answer == {"output": '"once"'}


def test_a_late_delivery_does_not_cancel_what_is_being_settled(scheduled) -> None:
    scheduled.stack.tasks.claim(scheduled.task_id, "the first delivery")
    scheduled.fake.answer = {"output": "1"}
    scheduled.run(lambda _: pytest.fail("the function ran"))
    assert scheduled.stack.tasks.get(scheduled.task_id).outcome is None


def test_a_function_is_interrupted_when_its_heartbeat_is_refused(stack) -> None:
    scheduled = Scheduled(stack, heartbeat_seconds=1)
    seen = []

    def sleep(_value):
        scheduled.fake.timed_out = True
        try:
            time.sleep(30)
        except Interrupted:
            seen.append("interrupted")
            raise

    begin = time.monotonic()
    scheduled.run(sleep)
    assert seen == ["interrupted"]
    assert time.monotonic() - begin < 10
    assert stack.tasks.get(scheduled.task_id).outcome is OutcomeName.CANCELLED


def test_a_result_that_comes_after_the_timeout_is_logged(scheduled, caplog) -> None:
    def late(_value):
        scheduled.fake.timed_out = True
        return "too late"

    scheduled.run(late)
    assert "nobody waits for task" in caplog.text
    assert scheduled.stack.tasks.get(scheduled.task_id).outcome is OutcomeName.CANCELLED


def test_the_functions_own_time_limit_is_reported_before_lambda_ends_it(scheduled) -> None:
    scheduled.run(lambda _: time.sleep(30), seconds_left=0.5)
    assert scheduled.fake.answer["error"] == "Job.TimedOut"
    assert "reached its own time limit" in scheduled.cause["message"]


def test_a_throttled_first_heartbeat_does_not_stop_the_job(scheduled, monkeypatch) -> None:
    def throttled(**_):
        raise client_error("ThrottlingException", "SendTaskHeartbeat")

    monkeypatch.setattr(scheduled.stack.stepfunctions, "send_task_heartbeat", throttled)
    scheduled.run(lambda _: "done")
    assert scheduled.fake.answer == {"output": '"done"'}


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_a_refused_first_heartbeat_settles_nothing(scheduled, monkeypatch, caplog, code: str) -> None:
    def refused(**_):
        raise client_error(code, "SendTaskHeartbeat")

    monkeypatch.setattr(scheduled.stack.stepfunctions, "send_task_heartbeat", refused)
    scheduled.run(lambda _: pytest.fail("the function ran"))
    assert scheduled.fake.answer is None
    assert scheduled.stack.tasks.get(scheduled.task_id).outcome is None
    assert code in caplog.text


def refusing_claims(monkeypatch, stack, *, times: int) -> None:
    """Make the next claims fail."""
    claim, left = stack.tasks.claim, [times]

    def refuse(*args, **options):
        if left[0] == 0:
            return claim(*args, **options)
        left[0] -= 1
        raise client_error("ThrottlingException", "UpdateItem")

    monkeypatch.setattr(stack.tasks, "claim", refuse)


def test_a_failed_claim_is_repeated(scheduled, monkeypatch) -> None:
    refusing_claims(monkeypatch, scheduled.stack, times=3)
    scheduled.run(lambda _: "done")
    assert scheduled.fake.answer == {"output": '"done"'}


def test_an_invocation_that_cannot_claim_its_task_leaves_it(scheduled, monkeypatch) -> None:
    refusing_claims(monkeypatch, scheduled.stack, times=1_000)
    scheduled.run(lambda _: pytest.fail("the function ran"))
    assert scheduled.fake.answer is None
    assert scheduled.stack.tasks.get(scheduled.task_id).outcome is None


def test_a_second_delivery_whose_claim_fails_does_not_end_the_task(scheduled, monkeypatch) -> None:
    def again(_value):
        refusing_claims(monkeypatch, scheduled.stack, times=1_000)
        scheduled.run(lambda _: pytest.fail("the function ran twice"))
        assert scheduled.fake.answer is None
        return "once"

    scheduled.run(again)
    assert scheduled.fake.answer == {"output": '"once"'}


def test_the_handler_names_all_missing_settings(monkeypatch) -> None:
    monkeypatch.delenv("TASK_TABLE", raising=False)
    monkeypatch.delenv("PAYLOAD_BUCKET", raising=False)
    handler = processing_handler(str)
    event = {"task_id": "t", "task_token": "x", "heartbeat_seconds": 60, "input": {}}
    with pytest.raises(InvalidSettings, match="TASK_TABLE: not set; PAYLOAD_BUCKET: not set"):
        handler(event, FakeLambdaContext())
