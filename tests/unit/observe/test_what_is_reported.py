"""What there is to see of a task's way: keys on each line about it, metrics, and its token nowhere."""

import json
import logging
import threading
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import botocore.exceptions
import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter

from activity_dispatch.aws.clients import Clients
from activity_dispatch.backends.base import InvalidBackendConfig, StartRefused
from activity_dispatch.dispatch.dispatcher import Dispatcher, Result
from activity_dispatch.domain.invocation import Invocation
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.domain.requests import DispatchRequest
from activity_dispatch.domain.tasks import SlotRelease, task_id_of
from activity_dispatch.observe.log_keys import KeysOnRecords
from activity_dispatch.observe.metrics import Metric
from activity_dispatch.report.reporter import Reporter, make_reporter
from activity_dispatch.testing import FakeLambdaContext
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.lambda_function import make_processor

EXECUTION = "arn:aws:states:eu-west-1:000000000000:execution:machine:1"
POLL = "6742f00000000001"


class Lines(logging.Handler):
    """The lines of a function's log."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []
        self.setFormatter(LambdaPowertoolsFormatter(use_rfc3339=True))
        self.addFilter(KeysOnRecords())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))

    def about(self, task_id: str) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.lines if task_id in line]


@pytest.fixture
def log(monkeypatch) -> Lines:
    lines = Lines()
    logger = logging.getLogger("activity_dispatch")
    monkeypatch.setattr(logger, "handlers", [lines])
    logger.setLevel(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    return lines


@pytest.fixture
def reporter(stack) -> Reporter:
    return make_reporter(stack.runtime)


def request(stack, **more: Any) -> str:
    return json.dumps({"activity_arn": stack.arn, "execution_arn": EXECUTION, **more})


def at(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


def test_every_line_about_a_task_tells_which_and_none_its_token(stack, log, reporter) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    task_id = task_id_of(fake.token)
    assert stack.dispatcher.handle(request(stack)) is Result.STARTED
    job = JobId(f"fake-{task_id}")
    outcome = Failed(error=ErrorName.JOB_FAILED, cause=Cause(message="exit code 3"))
    event = {"diagnosis": Diagnosis(task_id=task_id, job_id=job, state=JobState.ENDED, outcome=outcome)}
    reporter.handle(event)
    lines = log.about(task_id)
    assert len(lines) >= 2
    known = {"task_id": task_id, "activity": "work", "backend": "fake", "job_id": job}
    for line in lines:
        assert known.items() <= line.items()
        assert len(line["poll_id"]) == 16
        # Whose task a poll brings is not known: who asked for it is.
        assert "execution" not in line
    assert lines[0]["requested_by"] == EXECUTION
    assert not [line for line in log.lines if fake.token in line]


def test_the_execution_of_a_task_is_logged_where_it_is_known(stack, log) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    stack.dispatcher.handle(request(stack))
    fake.aborted = True
    log.lines.clear()
    canceller = stack.runtime.canceller
    assert canceller.cancel_execution(fake.execution_arn) == 1
    lines = log.about(task_id_of(fake.token))
    assert lines
    assert all((line["execution"], line["activity"]) == (fake.execution_arn, "work") for line in lines)


@pytest.mark.parametrize("problem", ["refused", "not recorded", "gone", "not settled"])
def test_trouble_tells_no_token_either(stack, log, problem: str, monkeypatch) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)

    def refuse(*_: object, **__: object) -> None:
        if problem == "refused":
            raise StartRefused(ErrorName.DISPATCH_THROTTLED, "slow down")
        raise client_error("ProvisionedThroughputExceededException", "UpdateItem")

    if problem == "not recorded":
        monkeypatch.setattr(stack.tasks, "record_started", refuse)
    else:
        stack.backend.before_start = lambda _: (_ for _ in ()).throw(
            StartRefused(ErrorName.DISPATCH_THROTTLED, "no")
        )
    if problem == "not settled":
        monkeypatch.setattr(stack.stepfunctions, "send_task_failure", refuse)
    fake.aborted = problem == "gone"
    stack.dispatcher.handle(request(stack))
    lines = log.about(task_id_of(fake.token))
    assert [line for line in lines if line["level"] in ("ERROR", "WARNING")]
    assert all(line["task_id"] == task_id_of(fake.token) for line in lines)
    assert not [line for line in log.lines if fake.token in line]


def test_a_functions_lines_are_about_its_task_also_from_the_heartbeats(stack, log, monkeypatch) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    task_id = task_id_of(fake.token)
    stack.tasks.add(replace(stack.task(fake.token, "1"), heartbeat_seconds=1), "lambda")
    event = {
        "task_id": task_id,
        "task_token": fake.token,
        "heartbeat_seconds": 1,
        "activity_arn": stack.arn,
        "input": 1,
    }

    def fail(**_: object) -> None:
        raise client_error("ThrottlingException", "SendTaskHeartbeat")

    def handle(_: object) -> str:
        monkeypatch.setattr(stack.stepfunctions, "send_task_heartbeat", fail)
        while not [line for line in log.lines if "heartbeat failed" in line]:
            threading.Event().wait(0.02)
        logging.getLogger("activity_dispatch.users").info("half")
        return "done"

    processor = make_processor(handle, stack.runtime)
    processor.run(Invocation.from_event(event), FakeLambdaContext())
    lines = [json.loads(line) for line in log.lines]
    assert {"half", "heartbeat failed"} <= {str(line["message"])[:16] for line in lines}
    assert all((line["task_id"], line["backend"]) == (task_id, "lambda") for line in lines)
    assert not [line for line in log.lines if fake.token in line]


def test_the_time_from_the_request_to_the_job_is_measured(stack) -> None:
    stack.stepfunctions.schedule(stack.arn)
    dispatcher = replace(stack.dispatcher, clock=lambda: 1_000_002.5)
    dispatcher.handle(request(stack, state_entered_at=at(1_000_001.25)))
    assert stack.metrics.of(Metric.DISPATCH_LATENCY) == [(1250.0, {"activity": "work"})]


@pytest.mark.parametrize("time", [None, 3, "", "yesterday", "+999999-01-01T00:00:00Z"])
def test_a_request_without_a_time_is_not_measured_and_loses_nothing(stack, time: object) -> None:
    stack.stepfunctions.schedule(stack.arn)
    assert stack.dispatcher.handle(request(stack, state_entered_at=time)) is Result.STARTED
    assert stack.metrics.of(Metric.DISPATCH_LATENCY) == []


def test_a_clock_that_is_behind_makes_no_negative_time(stack) -> None:
    stack.stepfunctions.schedule(stack.arn)
    replace(stack.dispatcher, clock=lambda: 1_000_000.0).handle(
        request(stack, state_entered_at=at(1_000_009))
    )
    assert stack.metrics.of(Metric.DISPATCH_LATENCY) == [(0.0, {"activity": "work"})]


def test_errors_of_the_dispatch_are_counted_and_no_others(stack) -> None:
    stack.dispatcher.handle("no request")
    stack.dispatcher.handle(request(stack))  # no task within the poll
    stack.stepfunctions.schedule(stack.arn, '{"job": {"image": "x"}}')
    stack.dispatcher.handle(request(stack))

    def wrong(_: object) -> Any:
        raise InvalidBackendConfig("function_arn: None")

    Dispatcher(**{**vars(stack.dispatcher), "backend_of": wrong}).handle(request(stack))
    reasons = [properties["reason"] for _, properties in stack.metrics.of(Metric.DISPATCH_ERRORS)]
    assert reasons == ["DROPPED", "Dispatch.InvalidInput", "InvalidBackendConfig"]


@pytest.mark.parametrize("slot", [None, POLL])
@pytest.mark.parametrize(
    ("outcome", "metric", "properties"),
    [
        (Succeeded(output="1"), Metric.TASKS_SUCCEEDED, {}),
        (Failed(error="Job.Failed", cause=Cause(message="3")), Metric.TASKS_FAILED, {"error": "Job.Failed"}),
        (
            Failed(error="Report.TooLong", cause=Cause(message="3")),
            Metric.TASKS_FAILED,
            {"error": "other", "name": "Report.TooLong"},
        ),
        (None, Metric.TASKS_CANCELLED, {}),
    ],
)
def test_an_outcome_is_counted_once_when_the_job_has_ended(stack, slot, outcome, metric, properties) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    task = replace(stack.task(fake.token, "1"), poll_id=POLL, holds_slot=slot is not None)
    stack.tasks.add(task, "fake")
    end = SlotRelease(activity_arn=stack.arn, slot=slot)
    if outcome is None:
        stack.settler.cancel(task.task_id)
    else:
        stack.settler.settle(task.task_id, fake.token, outcome)
    assert stack.metrics.recorded == []
    for _ in range(2):
        stack.settler.close(task.task_id, end)
    assert stack.metrics.recorded == [(metric, 1, {"activity": "work", **properties})]


def test_an_outcome_that_comes_with_the_jobs_end_is_counted_with_it(stack) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    task = stack.task(fake.token, "1")
    stack.tasks.add(task, "fake")
    for _ in range(2):
        stack.settler.settle(task.task_id, fake.token, Succeeded(output="1"), release=task.slot_release)
    assert stack.metrics.recorded == [(Metric.TASKS_SUCCEEDED, 1, {"activity": "work"})]


def test_who_asked_and_when_is_read_from_the_request() -> None:
    body = json.dumps(
        {"activity_arn": "arn:aws:states:r:a:activity:w", "execution_arn": 3, "state_entered_at": "x"}
    )
    read = DispatchRequest.from_json(body)
    assert (read.requested_by, read.requested_at) == (None, None)


@pytest.mark.parametrize(("code", "told"), [("ThrottlingException", 3), ("AccessDeniedException", 0)])
def test_each_throttled_answer_is_told_also_those_that_a_retry_hides(
    monkeypatch, code: str, told: int
) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setattr("botocore.retries.standard.ExponentialBackoff.delay_amount", lambda *_: 0)
    operations: list[str] = []
    client = Clients(threads=1, on_throttle=operations.append).sqs
    answers = [400, 400, 400, 200]

    def answer(request: Any, **_: object) -> Any:
        status = answers.pop(0)
        body = json.dumps({"__type": code} if status == 400 else {"QueueUrl": "https://q"}).encode()
        return SimpleNamespace(url=request.url, status_code=status, headers={}, content=body)

    client.meta.events.register("before-send.sqs", answer)
    if told:
        client.get_queue_url(QueueName="q")
    else:
        with pytest.raises(botocore.exceptions.ClientError):
            client.get_queue_url(QueueName="q")
    assert operations == ["sqs.GetQueueUrl"] * told
