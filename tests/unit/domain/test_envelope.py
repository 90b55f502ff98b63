"""A task's envelope says which execution it is of; what is in it reaches the program unchanged."""

import json
from dataclasses import replace

import pytest

from activity_dispatch.domain.activities import Activity
from activity_dispatch.domain.envelope import (
    MARK,
    origin_from_json,
    origin_to_json,
    traceparent_of,
    unwrapped,
)
from activity_dispatch.domain.tasks import InvalidInput, Origin, Task

EXECUTION = "arn:aws:states:eu-west-1:000000000000:execution:film:2026-11-30"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
ACTIVITY = Activity(
    arn="arn:aws:states:eu-west-1:000000000000:activity:work",
    name="work",
    backend="ecs",
    config={},
    heartbeat_seconds=60,
    timeout_seconds=600,
    envelope=True,
)
FACTS = {
    MARK: 1,
    "execution_arn": EXECUTION,
    "state_name": "Cut",
    "attempt": 2,
    "entered_at": "2026-11-30T04:00:00.123Z",
}


def task(text: str) -> Task:
    return Task(activity_arn=ACTIVITY.arn, token="token", input=text, heartbeat_seconds=60)


def envelope(text: str = "{}", **changed: object) -> str:
    facts = {name: value for name, value in {**FACTS, **changed}.items() if value is not ...}
    return f'{json.dumps(facts)[:-1]}, "input": {text}}}'


@pytest.mark.parametrize(
    "text",
    ["{}", "null", '"text"', "1.0", "12345678901234567890.10", '{"a":  1e400, "a": [ 1 ]}', "9" * 5_000],
)
def test_the_input_is_as_it_was_put_in(text: str) -> None:
    out = unwrapped(ACTIVITY, task(envelope(text)))
    assert out.input == text
    assert (out.execution_arn, out.is_bare) == (EXECUTION, False)
    assert out.origin == Origin(state_name="Cut", attempt=2, entered_at="2026-11-30T04:00:00.123Z")
    assert out.task_id == task("").task_id


@pytest.mark.parametrize("text", ["{}", "[]", f'"{MARK}"', json.dumps({"in": FACTS}), "1"])
def test_a_task_without_an_envelope_is_bare(text: str) -> None:
    assert unwrapped(ACTIVITY, task(text)) == replace(task(text), is_bare=True)


def test_with_envelopes_off_an_input_that_looks_like_one_is_an_input() -> None:
    given = task(envelope())
    assert unwrapped(replace(ACTIVITY, envelope=False), given) is given


def test_an_envelope_in_an_envelope_is_an_input() -> None:
    inner = envelope('"inner"', execution_arn=EXECUTION + "-2")
    out = unwrapped(ACTIVITY, task(envelope(inner)))
    assert (out.input, out.execution_arn) == (inner, EXECUTION)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({MARK: 2}, "2; it must be 1"),
        ({MARK: True}, "True; it must be 1"),
        ({MARK: "1.0"}, "'1.0'; it must be 1"),
        ({"execution_arn": ...}, "execution_arn: None"),
        ({"execution_arn": "unknown"}, "execution_arn: 'unknown'"),
        ({"state_name": ""}, "state_name: ''"),
        ({"state_name": "x" * 81}, "1 to 80 characters"),
        ({"attempt": -1}, "attempt: -1"),
        ({"attempt": 1.5}, "attempt: 1.5"),
        ({"attempt": None}, "attempt: None"),
        ({"entered_at": 5}, "entered_at: 5"),
    ],
)
def test_an_invalid_envelope_is_refused_by_field(changed: dict, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        unwrapped(ACTIVITY, task(envelope(**changed)))


def test_an_envelope_without_an_input_or_too_deep_is_refused() -> None:
    with pytest.raises(InvalidInput, match="it has no input"):
        unwrapped(ACTIVITY, task(json.dumps(FACTS)))
    with pytest.raises(InvalidInput, match="nested too deeply"):
        unwrapped(ACTIVITY, task(envelope("[" * 100_000 + "]" * 100_000)))


@pytest.mark.parametrize("trace", [TRACE, None])
def test_an_origin_survives_the_task_table(trace: str | None) -> None:
    origin = Origin(state_name="Cut \N{SNOWMAN}", attempt=3, entered_at="now", trace=trace)
    assert origin_from_json(origin_to_json(origin)) == origin


def test_a_trace_comes_from_the_envelope_or_from_the_execution() -> None:
    out = unwrapped(ACTIVITY, task(envelope(trace=TRACE)))
    assert traceparent_of(out) == TRACE
    assert traceparent_of(task("{}")) is None
    first = traceparent_of(unwrapped(ACTIVITY, task(envelope())))
    second = traceparent_of(replace(unwrapped(ACTIVITY, task(envelope())), token="another"))
    assert first is not None
    assert second is not None
    assert first.split("-")[1] == second.split("-")[1]
    assert first.split("-")[2] != second.split("-")[2]


@pytest.mark.parametrize(
    "trace",
    [
        "",
        5,
        TRACE.upper(),
        "ff" + TRACE[2:],
        TRACE[:-3],
        TRACE.replace("4", "0")[:3] + "0" * 32 + TRACE[35:],
        None,
    ],
)
def test_an_invalid_trace_begins_a_new_one(trace: object) -> None:
    out = unwrapped(ACTIVITY, task(envelope(trace=trace)))
    assert out.origin is not None
    assert out.origin.trace is None
    assert traceparent_of(out) == traceparent_of(unwrapped(ACTIVITY, task(envelope())))
