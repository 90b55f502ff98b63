"""The outcome and the exit code of every possible ending."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity_dispatch.domain.outcomes import Cause, ErrorName, Failed, Succeeded
from activity_dispatch.worker.container.ending import Ending, exit_code_of, of_status, outcome_of
from activity_dispatch.worker.exits import Exit
from activity_dispatch.worker.stop_reason import StopReason

CONTEXT = Cause(message="", backend="batch", job_id="job-1", log_tail=("a",), log_url="https://logs")
ANY_TEXT = st.none() | st.binary(max_size=40) | st.just(b'{"error": "E"}') | st.just(b"[1]")
ENDINGS = st.builds(
    Ending,
    exit_code=st.integers(0, 255),
    signal_number=st.none() | st.integers(1, 64),
    stop=st.none() | st.sampled_from(StopReason),
    oom_killed=st.booleans(),
    error_file=ANY_TEXT,
    output_file=ANY_TEXT,
    stdout=ANY_TEXT,
    description=st.none() | st.just("not started"),
)


@given(ENDINGS)
def test_every_ending_has_one_outcome_and_only_success_exits_with_0(ending: Ending) -> None:
    outcome = outcome_of(ending, CONTEXT)
    code = exit_code_of(ending, outcome)
    assert 0 <= code <= 255
    assert (code == 0) == isinstance(outcome, Succeeded)
    if isinstance(outcome, Succeeded):
        json.loads(outcome.output)
        assert ending.stop is None
        assert ending.error_file is None
    else:
        assert outcome.cause.message
        assert (outcome.cause.backend, outcome.cause.job_id) == ("batch", "job-1")
        assert outcome.cause.exit_code == ending.exit_code


@pytest.mark.parametrize(
    ("reason", "name", "code"),
    [
        (StopReason.INTERRUPTED, ErrorName.JOB_INTERRUPTED, Exit.TERMINATED),
        (StopReason.TIMED_OUT, ErrorName.JOB_TIMED_OUT, Exit.TIMED_OUT),
    ],
)
@given(ending=ENDINGS)
def test_being_stopped_takes_precedence(reason, name, code, ending: Ending) -> None:
    stopped = Ending(**{**vars(ending), "stop": reason})
    outcome = outcome_of(stopped, CONTEXT)
    assert isinstance(outcome, Failed)
    assert outcome.error == name
    assert outcome.cause.message.startswith(str(reason))
    assert exit_code_of(stopped, outcome) == code


@given(st.integers(1, 31))
def test_a_signals_exit_code_is_128_plus_its_number(number: int) -> None:
    ending = of_status(number, stop=None, oom_killed=False)
    assert (ending.exit_code, ending.signal_number) == (128 + number, number)


def test_a_signal_without_a_name_is_reported_by_number() -> None:
    outcome = outcome_of(of_status(33, stop=None, oom_killed=False), CONTEXT)
    assert isinstance(outcome, Failed)
    assert "signal 33" in outcome.cause.message


@pytest.mark.parametrize("text", [b"[" * 100_000, b"1" * 5_000, b"1e400", b'"\\ud800"'])
def test_json_that_python_can_hardly_parse_raises_nothing(text: bytes) -> None:
    outcome = outcome_of(Ending(exit_code=0, stdout=text), CONTEXT)
    assert isinstance(outcome, Failed) == text.startswith(b"[")


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists
    )
)
def test_json_is_passed_on_unchanged(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    outcome = outcome_of(Ending(exit_code=0, output_file=f" {text}\n".encode()), CONTEXT)
    assert outcome == Succeeded(output=text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b'{"error": "E"}', "the program exited with code 3"),
        (b'{"error": "E", "message": null}', "the program exited with code 3"),
        (b'{"error": "E", "message": ""}', "the program exited with code 3"),
        (b'{"error": "E", "message": {"of": [1, 2.5, null]}}', '{"of": [1, 2.5, null]}'),
        (b'{"error": "E", "message": 7}', "7"),
        (b'{"error": "E", "message": 1e999}', "1e999"),
        (b'{"error": "E", "message": ' + b"1" * 5_000 + b"}", "1" * 5_000),
        (b'\xef\xbb\xbf{"error": "E", "message": "with a byte order mark"}', "with a byte order mark"),
        ('{"error": "E", "message": "é"}'.encode("utf-16"), "é"),
    ],
)
def test_a_message_of_any_kind_is_shown_as_text(text: bytes, message: str) -> None:
    outcome = outcome_of(Ending(exit_code=3, error_file=text), CONTEXT)
    assert isinstance(outcome, Failed)
    assert (outcome.error, outcome.cause.message) == ("E", message)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b'{"error": "E", "message": NaN}', "NaN is not a JSON value"),
        (b'{"error": "E", "message": ' + b"[" * 60_000, "nested too deeply"),
        (b'{"error": "E", "message": ' + b"[" * 100_000, "is over 65536 bytes"),
        (b'{"error": ' + b"1" * 5_000 + b"}", "is not of the form"),
        (b"\xff\xfe\xff", "is not JSON"),
    ],
)
def test_what_is_wrong_with_an_error_file_is_said(text: bytes, problem: str) -> None:
    outcome = outcome_of(Ending(exit_code=3, error_file=text), CONTEXT)
    assert isinstance(outcome, Failed)
    assert outcome.error == "Job.Failed"
    assert problem in outcome.cause.message


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters(codec=None)), st.lists
)


@given(
    st.dictionaries(st.sampled_from(["error", "message", "other"]), JSON_VALUES) | JSON_VALUES, st.booleans()
)
def test_whatever_an_error_file_holds_the_failure_can_be_sent(document: object, ascii_only: bool) -> None:
    data = json.dumps(document, ensure_ascii=ascii_only).encode(errors="surrogatepass")
    outcome = outcome_of(Ending(exit_code=3, error_file=data), CONTEXT)
    assert isinstance(outcome, Failed)
    for text in (outcome.error, outcome.cause.to_json()):
        assert "\0" not in text.encode().decode()
    assert "\0" not in json.loads(outcome.cause.to_json())["message"]
