"""Every log line about a task has its keys, and none shows its token."""

import json
import logging
import threading
from dataclasses import replace
from typing import Any

import pytest
from aws_lambda_powertools.logging.formatter import LambdaPowertoolsFormatter
from tests.unit.composed import EXECUTION

from activity_dispatch.backends.base import StartRefused
from activity_dispatch.dispatch.results import Result
from activity_dispatch.domain.invocation import Invocation
from activity_dispatch.domain.jobs import Diagnosis, JobId, JobState
from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed
from activity_dispatch.domain.tasks import task_id_of
from activity_dispatch.observe.log_keys import KeysOnRecords
from activity_dispatch.report.reporter import Reporter, make_reporter
from activity_dispatch.runtime.endings import make_canceller
from activity_dispatch.testing import FakeLambdaContext
from activity_dispatch.testing.stepfunctions import client_error
from activity_dispatch.worker.lambda_function import make_processor


class LogLines(logging.Handler):
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
def log(monkeypatch) -> LogLines:
    lines = LogLines()
    logger = logging.getLogger("activity_dispatch")
    monkeypatch.setattr(logger, "handlers", [lines])
    logger.setLevel(logging.DEBUG)
    logging.getLogger().setLevel(logging.DEBUG)
    return lines


@pytest.fixture
def reporter(stack) -> Reporter:
    return make_reporter(stack.runtime)


def test_every_line_about_a_task_names_it_and_no_line_shows_its_token(stack, log, reporter) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    task_id = task_id_of(fake.token)
    assert stack.dispatch() is Result.STARTED
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
        # The execution of a polled task is unknown, but not the one that sent the request.
        assert "execution" not in line
    assert lines[0]["requested_by"] == EXECUTION
    assert not [line for line in log.lines if fake.token in line]


def test_the_execution_of_a_task_is_logged_if_it_is_known(stack, log) -> None:
    fake = stack.stepfunctions.schedule(stack.arn)
    stack.dispatch()
    fake.aborted = True
    log.lines.clear()
    canceller = make_canceller(stack.runtime)
    assert canceller.cancel_execution(fake.execution_arn) == 1
    lines = log.about(task_id_of(fake.token))
    assert lines
    assert all((line["execution"], line["activity"]) == (fake.execution_arn, "work") for line in lines)


@pytest.mark.parametrize("problem", ["refused", "not recorded", "gone", "not settled"])
def test_errors_and_warnings_do_not_show_the_token(stack, log, problem: str, monkeypatch) -> None:
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
    stack.dispatch()
    lines = log.about(task_id_of(fake.token))
    assert [line for line in lines if line["level"] in ("ERROR", "WARNING")]
    assert all(line["task_id"] == task_id_of(fake.token) for line in lines)
    assert not [line for line in log.lines if fake.token in line]


def test_all_lines_of_a_function_name_its_task_even_those_of_heartbeats(stack, log, monkeypatch) -> None:
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
