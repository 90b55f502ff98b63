"""Error names and causes."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, JobError


def test_a_cause_is_json_without_empty_fields() -> None:
    cause = Cause(message="exit 3", backend="ecs", exit_code=3, log_tail=("a", "b"))
    assert json.loads(cause.to_json()) == {
        "message": "exit 3",
        "backend": "ecs",
        "exit_code": 3,
        "log_tail": ["a", "b"],
    }


def test_exit_code_zero_is_not_an_empty_field() -> None:
    assert json.loads(Cause(message="interrupted", exit_code=0).to_json())["exit_code"] == 0


def test_a_long_cause_loses_the_oldest_log_lines_first() -> None:
    lines = tuple(f"{number} " + "x" * 990 for number in range(40))
    text = Cause(message="m", log_tail=lines).to_json()
    assert len(text) <= 32_768
    kept = json.loads(text)["log_tail"]
    assert kept == list(lines[-len(kept) :])
    assert len(kept) >= 30


@given(message=st.text(max_size=50) | st.text(alphabet='a"\\\n\0é😀', max_size=60).map(lambda t: t * 900))
def test_a_cause_never_exceeds_the_limit(message: str) -> None:
    text = Cause(message=message, log_tail=("line",)).to_json()
    assert len(text) <= 32_768
    shown, message = json.loads(text)["message"], message.replace("\0", "\ufffd")
    assert shown == message or (
        " characters cut ...] " in shown and shown[:100] + shown[-100:] == message[:100] + message[-100:]
    )


def test_a_cause_shows_both_ends_of_what_is_too_long() -> None:
    cause = Cause(message="begin" + "\n" * 40_000 + "end", log_url="https://" + "x" * 40_000)
    text = cause.to_json()
    shown = json.loads(text)
    assert shown["message"].startswith("begin")
    assert shown["message"].endswith("end")
    assert shown["log_url"].startswith("https://xxx")
    assert 32_000 < len(text) <= 32_768


def test_a_text_that_cannot_be_encoded_is_cleaned() -> None:
    cause = json.loads(Cause(message="a\ud800\0b", log_tail=("\udfff",), stop_code="\0").to_json())
    assert cause == {"message": "a\ufffd\ufffdb", "stop_code": "\ufffd", "log_tail": ["\ufffd"]}
    assert Failed(error="E\ud800\0", cause=Cause(message="m")).error == "E\ufffd\ufffd"
    assert type(Failed(error=ErrorName.JOB_FAILED, cause=Cause(message="m")).error) is ErrorName


@pytest.mark.parametrize("name", ["", "x" * 257, "😀" * 129, 7, None, ["a"]])
def test_error_names_that_step_functions_would_refuse_are_rejected(name) -> None:
    with pytest.raises(ValueError, match="allowed are 1 to 256"):
        Failed(error=name, cause=Cause(message="m"))
    with pytest.raises(ValueError, match="allowed are 1 to 256"):
        JobError(name, "m")


def test_the_error_names_are_a_public_api() -> None:
    assert {str(name) for name in ErrorName} == {
        "Job.Failed",
        "Job.OutOfMemory",
        "Job.Interrupted",
        "Job.TimedOut",
        "Job.NeverStarted",
        "Job.InvalidOutput",
        "Job.OutputUnavailable",
        "Job.Cancelled",
        "Dispatch.Throttled",
        "Dispatch.CapacityUnavailable",
        "Dispatch.InvalidRequest",
        "Dispatch.InvalidInput",
        "Dispatch.QueueTimeout",
    }
