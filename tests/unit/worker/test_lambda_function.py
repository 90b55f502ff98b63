"""A plain function as a processing Lambda."""

import json
import logging
import threading
import time
from typing import Any

import pytest

from activity_dispatch.domain.invocation import InvalidEvent, Invocation
from activity_dispatch.domain.outcomes import JobError
from activity_dispatch.domain.tasks import OutcomeName, Task, task_id_of
from activity_dispatch.runtime.settings import InvalidSettings
from activity_dispatch.testing import FakeLambdaContext
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.interruption import Interrupted
from activity_dispatch.worker.lambda_function import make_processor, processing_handler

LOG = logging.getLogger(__name__)


class Scheduled:
    """A task that was dispatched to a function, and what comes of it."""

    def __init__(self, stack, task_input: str = '{"n": 1}', heartbeat_seconds: int = 60) -> None:
        self.stack = stack
        self.fake = stack.stepfunctions.schedule(stack.arn, task_input)
        self.task_id = task_id_of(self.fake.token)
        task = Task(
            activity_arn=stack.arn,
            token=self.fake.token,
            input=task_input,
            heartbeat_seconds=heartbeat_seconds,
        )
        stack.tasks.add(task, "lambda")
        self.event = {
            "task_id": self.task_id,
            "task_token": self.fake.token,
            "heartbeat_seconds": heartbeat_seconds,
            "input": json.loads(task_input),
        }

    def run(self, handle, **context) -> None:
        processor = make_processor(handle, self.stack.runtime)
        processor.run(Invocation.from_event(self.event), FakeLambdaContext(**context))

    @property
    def cause(self) -> Any:
        return json.loads(self.fake.answer["cause"])


@pytest.fixture
def scheduled(stack) -> Scheduled:
    logging.getLogger().setLevel("INFO")
    return Scheduled(stack)


def test_the_functions_result_is_the_tasks_output(scheduled) -> None:
    scheduled.run(lambda value: {"doubled": value["n"] * 2})
    assert json.loads(scheduled.fake.answer["output"]) == {"doubled": 2}
    assert scheduled.stack.tasks.get(scheduled.task_id).outcome is OutcomeName.SUCCEEDED


def test_a_function_that_raises_fails_the_task_with_its_last_log_lines(scheduled) -> None:
    def fail(value):
        LOG.info("step one of %s", value)
        print("printed on the way")
        raise ValueError("no such thing")

    scheduled.run(fail)
    assert scheduled.fake.answer["error"] == "Job.Failed"
    cause = scheduled.cause
    assert cause["message"] == "ValueError: no such thing"
    assert cause["backend"] == "lambda"
    assert cause["job_id"] == "request-1"
    assert "INFO step one of {'n': 1}" in cause["log_tail"]
    assert "printed on the way" in cause["log_tail"]
    assert cause["log_tail"][-1] == "ValueError: no such thing"
    assert "log-group/$252Faws$252Flambda$252Ffunction" in cause["log_url"]


def test_a_function_may_name_its_error(scheduled) -> None:
    def fail(_value):
        raise JobError("Quota.Exceeded", "come back tomorrow")

    scheduled.run(fail)
    assert scheduled.fake.answer["error"] == "Quota.Exceeded"
    assert scheduled.cause["message"] == "JobError: come back tomorrow"


@pytest.mark.parametrize("ending", [SystemExit(3), SystemExit(0), KeyboardInterrupt(), GeneratorExit()])
def test_a_function_that_ends_otherwise_than_by_an_exception_fails_the_task(scheduled, ending) -> None:
    def end(_value):
        raise ending

    scheduled.run(end)
    assert scheduled.fake.answer["error"] == "Job.Failed"
    assert type(ending).__name__ in scheduled.cause["message"]


def test_a_message_that_no_encoding_has_fails_the_task_all_the_same(scheduled) -> None:
    def fail(_value):
        raise ValueError("bad \ud800 name")

    scheduled.run(fail)
    assert scheduled.cause["message"] == "ValueError: bad ? name"


def test_a_handler_of_the_log_that_fails_does_not_fail_the_job(scheduled, monkeypatch) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "told":
                raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")

    broken = Broken()
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger().addHandler(broken)
    try:
        scheduled.run(lambda _: LOG.warning("told"))
    finally:
        logging.getLogger().removeHandler(broken)
    assert scheduled.fake.answer == {"output": "null"}


def test_an_output_that_step_functions_refuses_fails_the_task(scheduled, monkeypatch) -> None:
    def refuse(**_):
        raise client_error("InvalidOutput", "SendTaskSuccess")

    monkeypatch.setattr(scheduled.stack.stepfunctions, "send_task_success", refuse)
    scheduled.run(lambda _: "unlucky")
    assert scheduled.fake.answer["error"] == "Job.InvalidOutput"
    assert scheduled.cause["log_url"]


def deep() -> list:
    nested: list = []
    for _ in range(100_000):
        nested = [nested]
    return nested


def test_a_result_that_is_nested_too_deep(scheduled) -> None:
    scheduled.run(lambda _: deep())
    assert scheduled.fake.answer["error"] == "Job.InvalidOutput"


@pytest.mark.parametrize("result", [object(), {1, 2}, float("nan"), {"when": b"x"}])
def test_a_result_that_is_not_json(scheduled, result) -> None:
    scheduled.run(lambda _: result)
    assert scheduled.fake.answer["error"] == "Job.InvalidOutput"
    assert scheduled.cause["message"].startswith("the function's result is not JSON")


def test_it_heartbeats_before_and_while_the_function_runs(stack) -> None:
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


def test_an_invocation_that_is_delivered_twice_processes_the_task_once(scheduled) -> None:
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


def test_a_function_that_outlives_its_heartbeat_unseen_is_told_in_the_log(scheduled, caplog) -> None:
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


def test_a_first_heartbeat_that_fails_otherwise_does_not_stop_the_job(scheduled, monkeypatch) -> None:
    def throttled(**_):
        raise client_error("ThrottlingException", "SendTaskHeartbeat")

    monkeypatch.setattr(scheduled.stack.stepfunctions, "send_task_heartbeat", throttled)
    scheduled.run(lambda _: "done")
    assert scheduled.fake.answer == {"output": '"done"'}


def test_a_claim_that_fails_fails_the_task_at_once(scheduled, monkeypatch) -> None:
    def refuse(*_, **__):
        raise client_error("InternalServerError", "UpdateItem", 500)

    monkeypatch.setattr(scheduled.stack.tasks, "claim", refuse)
    scheduled.run(lambda _: pytest.fail("the function ran"))
    assert scheduled.fake.answer["error"] == "Dispatch.CapacityUnavailable"


@pytest.mark.parametrize(("event", "problem"), [([], "event: list"), ({}, "task_id: missing")])
def test_an_invocation_by_somebody_else_is_refused(event, problem: str) -> None:
    with pytest.raises(InvalidEvent, match=problem):
        Invocation.from_event(event)


def test_the_handler_names_all_missing_settings(monkeypatch) -> None:
    monkeypatch.delenv("TASK_TABLE", raising=False)
    monkeypatch.delenv("PAYLOAD_BUCKET", raising=False)
    handler = processing_handler(lambda value: value)
    event = {"task_id": "t", "task_token": "x", "heartbeat_seconds": 60, "input": {}}
    with pytest.raises(InvalidSettings, match="TASK_TABLE: not set; PAYLOAD_BUCKET: not set"):
        handler(event, FakeLambdaContext())


def test_the_token_is_not_in_the_jobs_repr(scheduled) -> None:
    assert scheduled.fake.token not in repr(Invocation.from_event(scheduled.event))
