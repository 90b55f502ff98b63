"""A function's log: JSON with the task's keys, in place of Lambda's own format."""

import io
import json
import logging
from typing import Any

import pytest
from awslambdaric.bootstrap import LambdaLoggerFilter, LambdaLoggerHandler, LambdaLoggerHandlerWithFrameType

from activity_dispatch.observe.json_logs import write_json_logs
from activity_dispatch.observe.log_keys import log_keys
from activity_dispatch.worker.log_tail import keep_log_tail

LOG = logging.getLogger("activity_dispatch.something")


class Sink:
    """What Lambda's own handlers write to."""

    def log(self, message: str, frame_type: object = None) -> None:
        raise AssertionError(f"Lambda's handler wrote {message!r}")


@pytest.fixture(params=[LambdaLoggerHandler, LambdaLoggerHandlerWithFrameType])
def written(request, monkeypatch) -> Any:
    """Replace Lambda's handler with ours; return what reads the JSON lines in standard output."""
    out = io.StringIO()
    own = request.param(Sink())
    own.addFilter(LambdaLoggerFilter())
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", [own])
    monkeypatch.setattr(root, "level", logging.INFO)
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr("awslambdaric.bootstrap._GLOBAL_AWS_REQUEST_ID", "request-1")
    logging.getLogger()._cache.clear()  # type: ignore[attr-defined]
    write_json_logs({"AWS_LAMBDA_FUNCTION_NAME": "orders-dispatcher"})
    return lambda: [json.loads(line) for line in out.getvalue().splitlines()]


def test_a_line_is_json_with_the_tasks_keys(written) -> None:
    with log_keys(task_id="0f", execution="arn:execution", activity="work", backend="batch", job_id="j-1"):
        LOG.warning("task %s is late", "0f")
    (line,) = written()
    time = line.pop("timestamp")
    assert time.endswith("+00:00")
    assert line.pop("location").startswith("test_a_line_is_json_with_the_tasks_keys:")
    assert line == {
        "level": "WARNING",
        "message": "task 0f is late",
        "service": "orders-dispatcher",
        "aws_request_id": "request-1",
        "task_id": "0f",
        "execution": "arn:execution",
        "activity": "work",
        "backend": "batch",
        "job_id": "j-1",
    }


def test_a_line_about_no_task_has_no_task_keys(written) -> None:
    LOG.info("steps: %s", {"BEAT": 1})
    assert set(written()[0]) == {"level", "location", "message", "timestamp", "service", "aws_request_id"}


def test_an_error_is_one_line_with_its_trace(written) -> None:
    try:
        int("no\nnumber")
    except ValueError:
        LOG.exception("unexpected")
    (line,) = written()
    assert line["exception_name"] == "ValueError"
    assert line["exception"].endswith(r"'no\nnumber'")


def test_lines_kept_for_a_cause_are_plain_and_logged_once(written) -> None:
    with keep_log_tail() as tail, log_keys(task_id="0f"):
        logging.getLogger("users").warning("half done")
    assert tail.lines == ("WARNING half done",)
    assert [line["task_id"] for line in written()] == ["0f"]


def test_a_second_call_changes_nothing(written) -> None:
    before = logging.getLogger().handlers[:]
    write_json_logs({})
    assert logging.getLogger().handlers == before


def test_the_users_handlers_are_left_alone(monkeypatch) -> None:
    theirs = logging.NullHandler()
    monkeypatch.setattr(logging.getLogger(), "handlers", [theirs])
    write_json_logs({})
    assert logging.getLogger().handlers == [theirs]
