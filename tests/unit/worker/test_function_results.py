"""What a function returns or raises becomes its task's outcome."""

import json
import logging

import pytest

from activity_dispatch.domain.outcomes import JobError
from activity_dispatch.domain.tasks import OutcomeName
from activity_dispatch.testing.stepfunctions import client_error

LOG = logging.getLogger(__name__)


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


def test_a_function_can_name_its_error(scheduled) -> None:
    def fail(_value):
        raise JobError("Quota.Exceeded", "come back tomorrow")

    scheduled.run(fail)
    assert scheduled.fake.answer["error"] == "Quota.Exceeded"
    assert scheduled.cause["message"] == "JobError: come back tomorrow"


@pytest.mark.parametrize("ending", [SystemExit(3), SystemExit(0), KeyboardInterrupt(), GeneratorExit()])
def test_an_exit_or_an_interrupt_fails_the_task(scheduled, ending) -> None:
    def end(_value):
        raise ending

    scheduled.run(end)
    assert scheduled.fake.answer["error"] == "Job.Failed"
    assert type(ending).__name__ in scheduled.cause["message"]


def test_an_error_message_that_cannot_be_encoded_still_fails_the_task(scheduled) -> None:
    def fail(_value):
        raise ValueError("bad \ud800 name")

    scheduled.run(fail)
    assert scheduled.cause["message"] == "ValueError: bad \ufffd name"


def test_a_failing_log_handler_does_not_fail_the_job(scheduled, monkeypatch) -> None:
    class Broken(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.getMessage() == "fails":
                raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")

    broken = Broken()
    monkeypatch.setattr(logging, "raiseExceptions", False)
    logging.getLogger().addHandler(broken)
    try:
        scheduled.run(lambda _: LOG.warning("fails"))
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


def test_a_result_that_is_nested_too_deeply_fails_the_task(scheduled) -> None:
    scheduled.run(lambda _: deep())
    assert scheduled.fake.answer["error"] == "Job.InvalidOutput"


@pytest.mark.parametrize("result", [object(), {1, 2}, float("nan"), {"when": b"x"}])
def test_a_result_that_is_not_json_fails_the_task(scheduled, result) -> None:
    scheduled.run(lambda _: result)
    assert scheduled.fake.answer["error"] == "Job.InvalidOutput"
    assert scheduled.cause["message"].startswith("the function's result is not JSON")


def test_an_exception_without_a_usable_text_or_name_still_fails_the_task(scheduled) -> None:
    class Broken(JobError):
        def __init__(self) -> None:
            pass

        def __str__(self) -> str:
            raise KeyError("text")

    def fail(_value):
        raise Broken

    scheduled.run(fail)
    assert scheduled.fake.answer["error"] == "Job.Failed"
    assert scheduled.cause["message"] == "Broken, whose text raises KeyError"


def test_a_result_that_raises_while_it_is_written_is_invalid(scheduled) -> None:
    class Broken(dict[str, int]):
        def items(self):
            raise KeyError("items")

    scheduled.run(lambda _: Broken(a=1))
    assert scheduled.fake.answer["error"] == "Job.InvalidOutput"


def test_an_error_name_with_half_a_character_is_cleaned(scheduled) -> None:
    def fail(_value):
        raise JobError("Orders.\ud800", "none")

    scheduled.run(fail)
    assert scheduled.fake.answer["error"] == "Orders.\ufffd"
